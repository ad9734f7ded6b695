// The queue as pages see it.

import { useEffect, useReducer } from "preact/hooks";
import type { Api } from "../api";
import { useWarningBeforeLeaving } from "../load";
import { place } from "../router";
import { type Filters, filtersOf } from "./filters";
import { type Queue, firstPage } from "./queue";

export const PAIRS = "api/v2/language-pairs";

/** The queue of these entries, drawn again whenever it changes. */
export function useQueue(queue: Queue, filters: Filters): Queue {
  useChanges(queue);
  useEffect(() => {
    queue.show(filters);
    return () => queue.clear();
  }, [queue, ...Object.values(filters)]);
  return queue;
}

function useChanges(queue: Queue): void {
  const [, draw] = useReducer((count: number, _: undefined) => count + 1, 0);
  useEffect(() => queue.watch(() => draw(undefined)), [queue]);
}

/** Lets the browser ask before the page is closed, also on another page than the queue's. */
export function LeavingWarning({ queue }: { queue: Queue }): null {
  useChanges(queue);
  useWarningBeforeLeaving(queue.unsaved);
  return null;
}

/** Ask for what the review page begins with, while it is not yet known who signs in. */
export function askAhead(api: Api): void {
  const { page, query } = place();
  if (page !== "" && page !== "review") return;
  api.ahead(...firstPage(filtersOf(query)));
  api.ahead(PAIRS);
}
