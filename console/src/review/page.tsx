// Reviewing: the queue, its filters, the keyboard, decisions on one entry or several, and undo.

import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { number, plural } from "../format";
import { useLoaded } from "../load";
import { useAnnounce } from "../parts/announce";
import { Empty, Loading, Notice, PageHead } from "../parts/notice";
import { useQuery } from "../router";
import { useSession } from "../session";
import type { ApprovalState, LanguagePair } from "../types";
import { type Actions, EntryCard } from "./entry";
import { Failures } from "./failures";
import { FilterBar, filtersOf } from "./filters";
import { Help } from "./help";
import { PAIRS, useQueue } from "./hooks";
import { useKeys } from "./keys";
import type { Outcome } from "./queue";
import type { Change } from "./row";

const AHEAD = 15; // entries left below the current one when the next page is fetched

const DONE: Record<ApprovalState, string> = {
  approved: "Approved",
  rejected: "Rejected",
  awaitingApproval: "Put back to waiting",
};

export function ReviewPage() {
  const { api, manages, queue: mine } = useSession();
  const announce = useAnnounce();
  const [query, changeQuery] = useQuery();
  const filters = filtersOf(query);
  const queue = useQueue(mine, filters);
  const pairs = useLoaded(() => api.get<{ languagePairs: LanguagePair[] }>(PAIRS), [api]);
  const [current, setCurrent] = useState<string | null>(null);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [editing, setEditing] = useState<string | null>(null);
  const [helping, setHelping] = useState(false);
  const byId = useMemo(
    () => new Map((pairs.value?.languagePairs ?? []).map((pair) => [pair.languagePairId, pair])),
    [pairs.value],
  );
  const ids = queue.rows.map((row) => row.entry.feedbackId);
  const here = current !== null && ids.includes(current) ? current : (ids[0] ?? null);
  const place = here === null ? -1 : ids.indexOf(here);

  const goTo = (id: string | undefined) => {
    const card = document.getElementById(`entry-${id}`);
    if (id === undefined || !card) return;
    setCurrent(id);
    card.focus({ preventScroll: true });
    card.scrollIntoView({ block: "nearest" });
  };
  const go = (index: number) => goTo(ids[Math.max(0, Math.min(index, ids.length - 1))]);
  const tell = async (saving: Promise<Outcome>, done: string) => {
    const { failed } = await saving;
    announce(failed.length ? `${entries(failed)} could not be saved.` : done);
  };
  const change = (targets: readonly string[], what: Change, done: string) =>
    tell(queue.apply(targets.map((id) => [id, what] as const)), done);
  const decide = (targets: readonly string[], state: ApprovalState) => {
    const meant = targets.filter((id) => (queue.row(id)?.entry.approvalState ?? state) !== state);
    if (!manages || meant.length === 0) return;
    setSelected(new Set());
    if (targets.length === 1 && targets[0] === here) go(place + 1);
    void change(meant, { approvalState: state }, `${DONE[state]}: ${entries(meant)}. Press u to undo.`);
  };
  const chosen = ids.filter((id) => selected.has(id));
  const targets = chosen.length ? chosen : here ? [here] : [];
  const undo = async () => {
    const [first] = queue.undoable;
    if (!first) return announce("There is nothing to undo.");
    const undoing = queue.undo();
    goTo(first); // now: later the reviewer may be writing somewhere else
    const { saved, failed } = await undoing;
    const done = saved.length > 0 && `Undone: ${entries(saved)}.`;
    announce([done, failed.length > 0 && `${entries(failed)} could not be undone.`].filter(Boolean).join(" "));
  };
  const leaveEditor = () => {
    setEditing(null);
    requestAnimationFrame(() => go(place));
  };
  const actions: Actions = {
    focus: setCurrent,
    select: (id, on) => setSelected((before) => toggled(before, id, on)),
    decide: (id, state) => decide([id], state),
    edit: (id) => (id === null ? leaveEditor() : setEditing(id)),
    rewrite: (id, text) => {
      queue.write(id, null);
      leaveEditor();
      void change([id], { suggestedTranslation: text }, "The suggestion is saved. Press u to undo.");
    },
    write: (id, text) => queue.write(id, text),
    retry: (row) => void tell(queue.retry([row]), "Saved."),
    discard: (row) => queue.discard([row]),
  };
  const stable = useStable(actions);

  useEffect(() => {
    setSelected(new Set());
    setEditing(null);
    setCurrent(null);
  }, [query.toString()]);
  useEffect(() => {
    if (place >= ids.length - AHEAD && ids.length > 0 && !queue.problem) queue.more();
  }, [place, ids.length]);
  useKeys({
    j: () => go(place + 1),
    ArrowDown: () => go(place + 1),
    k: () => go(place - 1),
    ArrowUp: () => go(place - 1),
    a: () => decide(targets, "approved"),
    r: () => decide(targets, "rejected"),
    e: () => here && setEditing(here),
    u: () => void undo(),
    x: () => manages && here && stable.select(here, !selected.has(here)),
    Escape: () => setSelected(new Set()),
    "?": () => setHelping(true),
  });

  return (
    <>
      <PageHead title="Review">
        <p class="count" role="status">
          {(ids.length > 0 || queue.complete) && `${counted(ids.length, queue.total)} loaded`}
        </p>
        <div class="tools">
          <button type="button" class="button quiet" disabled={queue.undoable.length === 0} onClick={() => void undo()}>
            Undo
          </button>
          <button type="button" class="button quiet" onClick={() => queue.restart()}>
            Refresh
          </button>
          <button type="button" class="button quiet keyboard" onClick={() => setHelping(true)}>
            Keyboard <kbd>?</kbd>
          </button>
        </div>
      </PageHead>
      <FilterBar filters={filters} pairs={pairs.value?.languagePairs ?? []} manages={manages} change={changeQuery} />
      <Failures queue={queue} retry={(rows) => void tell(queue.retry(rows), "Saved.")} />
      {pairs.problem && <Notice problem={pairs.problem} retry={pairs.reload} />}
      {chosen.length > 0 && (
        <div class="bulk" role="group" aria-label="The selected entries">
          <strong>{number(chosen.length)} selected</strong>
          <button type="button" class="button approve" onClick={() => decide(targets, "approved")}>
            Approve all
          </button>
          <button type="button" class="button reject" onClick={() => decide(targets, "rejected")}>
            Reject all
          </button>
          <button type="button" class="button quiet" onClick={() => setSelected(new Set(ids))}>
            Select all {number(ids.length)} loaded
          </button>
          <button type="button" class="link" onClick={() => setSelected(new Set())}>
            Clear
          </button>
        </div>
      )}
      <div role={ids.length ? "feed" : undefined} aria-label={ids.length ? "Feedback entries" : undefined} aria-busy={queue.loading} class="queue">
        {queue.rows.map((row, index) => {
          const id = row.entry.feedbackId;
          return (
            <EntryCard
              key={id}
              row={row}
              pair={byId.get(row.entry.languagePairId)}
              position={index + 1}
              total={queue.complete ? ids.length : -1}
              current={id === here}
              selected={selected.has(id)}
              editing={id === editing}
              draft={queue.draft(id)}
              manages={manages}
              actions={stable}
            />
          );
        })}
      </div>
      {queue.problem && <Notice problem={queue.problem} retry={() => queue.more()} />}
      {queue.loading && <Loading what="entries" />}
      {queue.complete && ids.length === 0 && (
        <Empty title="Nothing to review">No entry matches these filters. Change them, or import feedback.</Empty>
      )}
      {!queue.complete && !queue.loading && !queue.problem && (
        <button type="button" class="button quiet more" onClick={() => queue.more()}>
          Load more
        </button>
      )}
      {queue.complete && ids.length > 0 && <p class="end">That is all.</p>}
      {helping && <Help close={() => setHelping(false)} />}
    </>
  );
}

const entries = (ids: readonly string[]): string => plural(ids.length, "entry", "entries");

function counted(loaded: number, total: number | null): string {
  return total === null ? plural(loaded, "entry", "entries") : `${number(loaded)} of ${plural(Math.max(total, loaded), "entry", "entries")}`;
}

function toggled(before: ReadonlySet<string>, id: string, on: boolean): ReadonlySet<string> {
  const next = new Set(before);
  if (on) next.add(id);
  else next.delete(id);
  return next;
}

/** The same functions as an object that stays the same, so that cards are not drawn again for them. */
function useStable(actions: Actions): Actions {
  const latest = useRef(actions);
  latest.current = actions;
  return useMemo<Actions>(
    () => ({
      focus: (id) => latest.current.focus(id),
      select: (id, selected) => latest.current.select(id, selected),
      decide: (id, state) => latest.current.decide(id, state),
      edit: (id) => latest.current.edit(id),
      rewrite: (id, text) => latest.current.rewrite(id, text),
      write: (id, text) => latest.current.write(id, text),
      retry: (row) => latest.current.retry(row),
      discard: (row) => latest.current.discard(row),
    }),
    [],
  );
}
