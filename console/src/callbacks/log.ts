// The log of a project's callbacks as far as it is loaded, newest first, and what is under way in it.

import type { Api } from "../api";
import { type Problem, asProblem } from "../problem";
import { Store } from "../store";
import type { Callback, CallbackState } from "../types";

export const PER_PAGE = 50;

/** Callbacks behind the first page that are looked at at once while they are under way; the others have their turn. */
export const AT_ONCE = 10;

const UNDER_WAY = new Set<CallbackState>(["owed", "sending", "waiting"]);

export const isUnderWay = ({ state }: Callback): boolean => UNDER_WAY.has(state);

interface Shown {
  /** Null until the first page is there. */
  rows: Callback[] | null;
  /** Whether there are none behind these. */
  complete: boolean;
  loading: boolean;
  problem: Problem | null;
}

type Part = Partial<Pick<Shown, "rows" | "complete">>;

export class Log extends Store<Shown> {
  private latest = 0;
  private turn = 0;

  constructor(
    private readonly api: Pick<Api, "get" | "post">,
    /** The address of the project's callbacks. */
    private readonly base: string,
    /** The state that is asked for; empty for all. A row that leaves it stays until the next `refresh`. */
    private readonly wanted: string,
  ) {
    super({ rows: null, complete: false, loading: false, problem: null });
  }

  /** The first page anew; what is shown stays until it is there. */
  refresh(): Promise<void> {
    return this.load(() => this.pages(1, () => true));
  }

  /** The rows behind those that are loaded. */
  more(): Promise<void> {
    return this.load(async () => {
      // What has left the wanted state is on none of the server's pages any more.
      const counted = this.rows.filter(({ state }) => !this.wanted || state === this.wanted).length;
      const known = new Set(this.rows.map(({ id }) => id));
      const first = Math.floor(counted / PER_PAGE) + 1;
      const { rows, complete } = await this.pages(first, (part) => part.some(({ id }) => !known.has(id)));
      return { rows: merged(this.rows, rows), complete };
    });
  }

  /** What is new, and how far it is what was under way; not while something else is being loaded. */
  async look(): Promise<void> {
    if (!this.state.loading) await this.load(() => this.newest());
  }

  /** Send one again. Where that is refused, what is shown of it may be why. */
  async redeliver(id: string): Promise<void> {
    try {
      const { callback } = await this.api.post<{ callback: Callback }>(`${this.base}/${id}/redeliver.json`);
      this.latest++; // what is being loaded may be older
      this.set({ ...this.state, rows: merged(this.rows, [callback]), loading: false });
    } catch (thrown) {
      await this.load(() => this.newest(id));
      throw thrown;
    }
  }

  private get rows(): Callback[] {
    return this.state.rows ?? [];
  }

  private async newest(also = ""): Promise<Part> {
    const newest = this.rows[0]?.id ?? "";
    const { rows, complete } = await this.pages(1, (part) => part.at(-1)!.id <= newest);
    const seen = new Set(rows.map(({ id }) => id));
    const behind = this.rows.filter(({ id }) => !seen.has(id));
    const waiting = behind.filter(isUnderWay);
    const start = this.turn % Math.max(waiting.length, 1);
    this.turn += AT_ONCE;
    const looked = [...behind.filter(({ id }) => id === also), ...waiting.slice(start), ...waiting.slice(0, start)].slice(0, AT_ONCE);
    const found = await Promise.all(looked.map((one) => this.one(one)));
    const gone = new Set(looked.filter((_, index) => !found[index]));
    const kept = this.rows.filter((one) => !gone.has(one));
    return { rows: merged(kept, [...rows, ...found.filter((one) => one !== null)]), ...(complete ? { complete } : {}) };
  }

  /** The callback as it is now; null when it is not there any more. */
  private async one({ id }: Callback): Promise<Callback | null> {
    try {
      return (await this.api.get<{ callback: Callback }>(`${this.base}/${id}.json`)).callback;
    } catch (thrown) {
      if (asProblem(thrown).kind === "missing") return null;
      throw thrown;
    }
  }

  /** Page after page until one is enough, or the last. */
  private async pages(first: number, enough: (part: Callback[]) => boolean): Promise<{ rows: Callback[]; complete: boolean }> {
    const rows: Callback[] = [];
    for (let page = first; ; page++) {
      const query = { state: this.wanted, page, page_size: PER_PAGE };
      const { callbacks } = await this.api.get<{ callbacks: Callback[] }>(`${this.base}.json`, query);
      rows.push(...callbacks);
      const complete = callbacks.length < PER_PAGE;
      if (complete || enough(callbacks)) return { rows, complete };
    }
  }

  /** What `work` gives, unless something else was begun after it. */
  private async load(work: () => Promise<Part>): Promise<void> {
    const mine = ++this.latest;
    this.set({ ...this.state, loading: true });
    try {
      const part = await work();
      if (mine === this.latest) this.set({ ...this.state, ...part, loading: false, problem: null });
    } catch (thrown) {
      if (mine === this.latest) this.set({ ...this.state, loading: false, problem: asProblem(thrown) });
    }
  }
}

/** Both, each callback once and as `fresh` has it, the newest first: their ids are in the order of time. */
function merged(rows: Callback[], fresh: Callback[]): Callback[] {
  const found = new Map([...rows, ...fresh].map((one) => [one.id, one]));
  return [...found.values()].sort((one, other) => (one.id < other.id ? 1 : -1));
}
