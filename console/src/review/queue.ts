// The queue of entries: pages loaded as they are needed, decisions shown at once and saved behind, undo.

import { useCallback, useEffect, useMemo, useReducer, useRef } from "preact/hooks";
import { type Api, several } from "../api";
import { type Problem, asProblem } from "../problem";
import type { ApprovalState, Feedback, FeedbackList } from "../types";
import { type Filters, parameters } from "./filters";

export const PER_PAGE = 50;
const MOST_STEPS = 100;

/** What a reviewer changes of an entry. */
export interface Change {
  approvalState?: ApprovalState;
  suggestedTranslation?: string;
}

export interface Row {
  entry: Feedback;
  /** Decided here and now, so no longer a part of what the filter asks for. */
  decided: boolean;
  saving: boolean;
  problem: { told: Problem; change: Change } | null;
}

interface State {
  rows: Row[];
  /** How many entries the filter means, as of the last page; null until the first is there. */
  total: number | null;
  loading: boolean;
  complete: boolean;
  problem: Problem | null;
}

type Event =
  | { kind: "reset" }
  | { kind: "loading" }
  | { kind: "page"; list: FeedbackList; complete: boolean }
  | { kind: "failed"; problem: Problem }
  | { kind: "row"; id: string; change: (row: Row) => Row };

const EMPTY: State = { rows: [], total: null, loading: false, complete: false, problem: null };

function reduce(state: State, event: Event): State {
  switch (event.kind) {
    case "reset":
      return EMPTY;
    case "loading":
      return { ...state, loading: true, problem: null };
    case "failed":
      return { ...state, loading: false, problem: event.problem };
    case "row":
      return { ...state, rows: state.rows.map((row) => (row.entry.feedbackId === event.id ? event.change(row) : row)) };
    case "page": {
      const known = new Set(state.rows.map((row) => row.entry.feedbackId));
      const fresh = event.list.feedback.filter((entry) => !known.has(entry.feedbackId));
      const rows = fresh.map((entry) => ({ entry, decided: false, saving: false, problem: null }));
      return {
        ...state,
        loading: false,
        rows: [...state.rows, ...rows],
        total: event.list.totalItems,
        complete: event.complete,
      };
    }
  }
}

/** One undoable act: what the entries were before. */
type Step = { id: string; before: Change }[];

export interface Queue extends State {
  steps: number;
  more: () => void;
  restart: () => void;
  /** Change entries; resolves to how many could not be saved. */
  apply: (ids: readonly string[], change: Change) => Promise<number>;
  /** Take the last step back; resolves to the ids that it was about. */
  undo: () => Promise<string[]>;
}

export function useQueue(api: Api, filters: Filters): Queue {
  const [state, tell] = useReducer(reduce, EMPTY);
  const [steps, setSteps] = useReducer((_: Step[], next: Step[]) => next, []);
  const now = useRef({ state, steps });
  now.current = { state, steps };
  const meant = useMemo(() => parameters(filters), Object.values(filters));
  const course = useRef(0);
  const line = useRef(new Map<string, Promise<unknown>>());

  const keep = (next: Step[]) => {
    now.current.steps = next.filter((step) => step.length > 0);
    setSteps(now.current.steps);
  };

  const more = useCallback(async () => {
    const { rows, loading, complete } = now.current.state;
    if (loading || complete) return;
    now.current.state = { ...now.current.state, loading: true }; // until the state says so itself
    const mine = course.current;
    tell({ kind: "loading" });
    try {
      // What was decided here no longer counts where the filter asks for a state.
      const before = meant.approvalStates ? rows.filter((row) => !row.decided).length : rows.length;
      const page = Math.floor(before / PER_PAGE) + 1;
      const list = await api.get<FeedbackList>("api/v2/feedback", { ...meant, page, perPage: PER_PAGE });
      const end = page * PER_PAGE >= list.totalItems;
      if (mine === course.current) tell({ kind: "page", list, complete: end });
    } catch (thrown) {
      if (mine === course.current) tell({ kind: "failed", problem: asProblem(thrown) });
    }
  }, [api, meant]);

  const restart = useCallback(() => {
    course.current++;
    now.current.state = EMPTY;
    tell({ kind: "reset" });
    void more();
  }, [more]);
  useEffect(restart, [restart]);

  /** Save a change after whatever is still being saved of the same entry. */
  const save = useCallback(
    async (id: string, change: Change): Promise<boolean> => {
      const alter = (change: (row: Row) => Row) => tell({ kind: "row", id, change });
      const original = now.current.state.rows.find((row) => row.entry.feedbackId === id)?.entry;
      alter((row) => ({ ...row, entry: { ...row.entry, ...change }, saving: true, problem: null }));
      const before = line.current.get(id) ?? Promise.resolve();
      const put = before.then(() => api.put<Feedback>(`api/v2/feedback/${id}`, change));
      line.current.set(id, put.catch(() => undefined));
      try {
        const entry = await put;
        alter((row) => ({ ...row, entry, saving: false, decided: outside(entry, meant.approvalStates) }));
        return true;
      } catch (thrown) {
        const problem = { told: asProblem(thrown), change };
        alter((row) => ({ ...row, entry: original ?? row.entry, saving: false, problem }));
        return false;
      }
    },
    [api, meant],
  );

  const apply = useCallback(
    async (ids: readonly string[], change: Change) => {
      const meant = new Set(ids);
      const rows = now.current.state.rows.filter((row) => meant.has(row.entry.feedbackId));
      const step: Step = rows.map(({ entry }) => ({ id: entry.feedbackId, before: kept(entry, change) }));
      keep([...now.current.steps, step].slice(-MOST_STEPS)); // at once: who is quick may undo what is being saved
      const failed = new Set<string>();
      await several(ids, async (id) => {
        if (!(await save(id, change))) failed.add(id);
      });
      if (failed.size) keep(now.current.steps.map((one) => (one === step ? one.filter(({ id }) => !failed.has(id)) : one)));
      return failed.size;
    },
    [save],
  );

  const undo = useCallback(async () => {
    const step = now.current.steps.at(-1);
    if (!step) return [];
    keep(now.current.steps.slice(0, -1));
    const failed: Step = [];
    await several(step, async (one) => {
      if (!(await save(one.id, one.before))) failed.push(one);
    });
    if (failed.length) keep([...now.current.steps, failed]);
    return step.map(({ id }) => id);
  }, [save]);

  return { ...state, steps: steps.length, more, restart, apply, undo };
}

/** The entry's values of what is about to change. */
function kept(entry: Feedback, change: Change): Change {
  return Object.fromEntries(Object.keys(change).map((name) => [name, entry[name as keyof Change]]));
}

const outside = (entry: Feedback, states: string | undefined): boolean => Boolean(states) && entry.approvalState !== states;
