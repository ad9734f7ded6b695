// An entry in the queue, and what is being changed of it.

import type { Problem } from "../problem";
import type { ApprovalState, Feedback } from "../types";

/** What a reviewer changes of an entry. */
export interface Change {
  approvalState?: ApprovalState;
  suggestedTranslation?: string;
}

/** One entry. A row is never changed but replaced: a card is drawn again only when its row is another. */
export interface Row {
  /** As it is shown: with what is still being saved. */
  entry: Feedback;
  /** As the server last gave it. */
  given: Feedback;
  /** Changes that the server has not answered yet; the first is on its way, or waits for its turn. */
  waiting: readonly Change[];
  /** Decided, so no longer a part of what the filter asks for. */
  decided: boolean;
  /** What could not be saved, as one change, and why. */
  problem: { told: Problem; change: Change } | null;
}

export const fresh = (entry: Feedback): Row => ({ entry, given: entry, waiting: [], decided: false, problem: null });

export const isIdle = (row: Row): boolean => row.waiting.length === 0 && !row.problem;

/** The entry's values of what is about to change. */
export function kept(entry: Feedback, change: Change): Change {
  return Object.fromEntries(Object.keys(change).map((name) => [name, entry[name as keyof Change]]));
}

/** The problem, as far as it is not about what is being changed. */
export function without(problem: Row["problem"], change: Change): Row["problem"] {
  const left = Object.entries(problem?.change ?? {}).filter(([name]) => !(name in change));
  return problem && left.length > 0 ? { ...problem, change: Object.fromEntries(left) } : null;
}
