// The queue of entries: pages loaded as they are needed, decisions shown at once and saved behind, undo.
// It outlives the page, so that nothing is lost while one looks at another, or signs in again.

import type { Api } from "../api";
import { type Problem, asProblem } from "../problem";
import type { Feedback, FeedbackRun } from "../types";
import { type Filters, parameters } from "./filters";
import { type Change, type Row, fresh, isIdle, kept, without } from "./row";
import { type Turn, turns } from "./turns";

const PATH = "api/v2/feedback";
const PER_PAGE = 50;
const AT_ONCE = 6; // changes of a bulk that are on their way to the server
const MOST_STEPS = 100;
const PAUSE = 100; // milliseconds between two drawings while the answers to a bulk come in

/** Empty pages passed over before the reviewer decides whether to go on: each may cost the server thousands of entries. */
export const LOOKS = 5;

/** An entry's part in one undoable act. */
interface Act {
  entry: Feedback;
  change: Change;
  before: Change;
  failed: boolean;
}

/** Ids of entries. */
export interface Outcome {
  saved: string[];
  failed: string[];
}

/** What is asked for as the first page of the list. */
export const firstPage = (filters: Filters) => [PATH, pageBehind("0", parameters(filters))] as const;

const pageBehind = (after: string, meant: Record<string, string>) => ({ ...meant, after, perPage: PER_PAGE });

export class Queue {
  rows: readonly Row[] = [];
  /** How many entries the filter means, as of the last page; null where only reading them all would tell. */
  total: number | null = null;
  loading = true;
  complete = false;
  problem: Problem | null = null;

  private meant: Record<string, string> = {};
  private after = "0";
  /** Grows when the list begins anew: a page for the former one comes too late. */
  private course = 0;
  private readonly listed = new Map<string, Row>();
  /** Entries that the list does not hold, but that are being saved or could not be. */
  private readonly aside = new Map<string, Row>();
  /** By entry: what settles once its last change has been answered. */
  private readonly line = new Map<string, Promise<boolean>>();
  private readonly drafts = new Map<string, string>();
  private steps: Act[][] = [];
  private readonly watchers = new Set<() => void>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(public api: Pick<Api, "get" | "put">) {}

  /** Calls `changed` after every change, until the function that it gives is called. */
  watch(changed: () => void): () => void {
    this.watchers.add(changed);
    return () => this.watchers.delete(changed);
  }

  // ── The list ──

  show(filters: Filters): void {
    this.meant = parameters(filters);
    this.restart();
  }

  restart(): void {
    this.clear();
    void this.load();
  }

  /** Forget the list, but nothing that is not saved yet. */
  clear(): void {
    this.course++;
    for (const [id, row] of this.listed) if (!isIdle(row)) this.aside.set(id, row);
    this.listed.clear();
    this.after = "0";
    this.total = null;
    this.loading = true;
    this.complete = false;
    this.problem = null;
    this.tell();
  }

  more(): void {
    if (!this.loading && !this.complete) void this.load();
  }

  private async load(): Promise<void> {
    const mine = this.course;
    this.loading = true;
    this.problem = null;
    this.tidy();
    this.tell();
    try {
      for (let looks = 0; looks < LOOKS && !this.complete; looks++) {
        const list = await this.api.get<FeedbackRun>(PATH, pageBehind(this.after, this.meant));
        if (mine !== this.course) return;
        this.take(list);
        if (list.feedback.length > 0) break;
      }
    } catch (thrown) {
      if (mine !== this.course) return;
      this.problem = asProblem(thrown);
    }
    this.loading = false;
    this.tidy();
    this.tell();
  }

  private take({ feedback, next, totalItems }: FeedbackRun): void {
    const decided = [...this.listed.values()].filter((row) => row.decided).length; // the server counts them no longer
    this.total = totalItems === undefined ? null : totalItems + decided;
    this.after = next || this.after;
    this.complete = next === "";
    for (const entry of feedback) {
      const id = entry.feedbackId;
      if (this.listed.has(id)) continue;
      const known = this.aside.get(id) ?? fresh(entry);
      this.aside.delete(id);
      this.listed.set(id, known);
      this.put({ ...known, given: known.problem && known.waiting.length === 0 ? entry : known.given });
    }
  }

  /** Let go of what was saved meanwhile. Not while a page is under way: that may be older. */
  private tidy(): void {
    for (const [id, row] of this.aside) if (isIdle(row)) this.aside.delete(id);
  }

  row(id: string): Row | undefined {
    return this.listed.get(id) ?? this.aside.get(id);
  }

  // ── Changes ──

  /** Change entries, which are shown so at once. What could not be saved of them before goes along. */
  apply(changes: readonly (readonly [id: string, change: Change])[]): Promise<Outcome> {
    const step = changes.flatMap(([id, change]): Act[] => {
      const row = this.row(id);
      if (!row) return [];
      const whole = { ...row.problem?.change, ...change };
      return [{ entry: row.entry, change: whole, before: kept(row.entry, whole), failed: false }];
    });
    this.steps = [...this.steps, step].slice(-MOST_STEPS); // at once: who is quick may undo what is being saved
    return this.save(step);
  }

  /** What the next undo is about. */
  get undoable(): string[] {
    return this.lastStep.map((act) => act.entry.feedbackId);
  }

  /** Take the last step back. */
  async undo(): Promise<Outcome> {
    const step = this.lastStep;
    this.steps = this.steps.slice(0, -1);
    const place = this.steps.length;
    const back = step.map((act) => ({ ...act, change: act.before, failed: false }));
    const outcome = await this.save(back);
    // What could not be undone can be tried again, unless it had never been saved itself.
    const left = step.filter((act, index) => back[index]?.failed && !act.failed);
    if (left.length > 0) this.steps = [...this.steps.slice(0, place), left, ...this.steps.slice(place)];
    this.tell();
    return outcome;
  }

  private get lastStep(): Act[] {
    return this.steps.at(-1)?.filter((act) => !act.failed) ?? [];
  }

  /** All that could not be saved. */
  get failures(): Row[] {
    return [...this.aside.values(), ...this.listed.values()].filter((row) => row.problem);
  }

  /** Of those, what is not in the list. */
  get missing(): Row[] {
    return [...this.aside.values()].filter((row) => row.problem);
  }

  retry(rows: readonly Row[]): Promise<Outcome> {
    return this.apply(rows.map((row) => [row.given.feedbackId, { ...row.problem?.change }]));
  }

  /** Give up what could not be saved. */
  discard(rows: readonly Row[]): void {
    for (const { given } of rows) {
      const row = this.row(given.feedbackId);
      if (row) this.put({ ...row, problem: null });
    }
    this.tell();
  }

  /** Put every change in its entry's line, all of them before the first is sent. */
  private async save(acts: readonly Act[]): Promise<Outcome> {
    const turn = turns(AT_ONCE);
    const saving = acts.map(async (act) => {
      act.failed = !(await this.enqueue(act, turn));
    });
    this.tell();
    await Promise.all(saving);
    this.steps = this.steps.map((step) => step.filter((act) => !act.failed)).filter((step) => step.length > 0);
    this.tell();
    const ids = (failed: boolean) => acts.filter((act) => act.failed === failed).map((act) => act.entry.feedbackId);
    return { saved: ids(false), failed: ids(true) };
  }

  private enqueue({ entry, change }: Act, turn: Turn): Promise<boolean> {
    const id = entry.feedbackId;
    const row = this.row(id) ?? fresh(entry);
    const own = { ...change }; // so that it is known again, whatever else is the same
    this.put({ ...row, waiting: [...row.waiting, own], problem: without(row.problem, own) });
    const before = this.line.get(id) ?? Promise.resolve(true);
    const done = before.then(() => {
      const isNext = this.row(id)?.waiting[0] === own; // else it failed along with one before it
      return isNext ? turn(() => this.send(id, own)) : false;
    });
    this.line.set(id, done);
    return done;
  }

  private async send(id: string, change: Change): Promise<boolean> {
    const now = () => this.row(id)!; // there as long as anything of it waits
    let saved = true;
    try {
      const given = await this.api.put<Feedback>(`${PATH}/${id}`, change);
      this.put({ ...now(), given, waiting: now().waiting.slice(1) });
    } catch (thrown) {
      saved = false;
      const { waiting, problem } = now(); // what waits was decided in the belief that this would be saved
      const lost: Change = Object.assign({}, problem?.change, ...waiting);
      this.put({ ...now(), waiting: [], problem: { told: asProblem(thrown), change: lost } });
    }
    if (now().waiting.length === 0) this.line.delete(id);
    this.tellSoon();
    return saved;
  }

  private put(row: Row): void {
    const { feedbackId } = row.given;
    const entry: Feedback = Object.assign({}, row.given, ...row.waiting);
    const rows = this.listed.has(feedbackId) ? this.listed : this.aside;
    const states = this.meant.approvalStates;
    rows.set(feedbackId, { ...row, entry, decided: Boolean(states) && row.given.approvalState !== states });
  }

  // ── What is not saved ──

  draft(id: string): string | undefined {
    return this.drafts.get(id);
  }

  /** Keep what is being written; null once it is saved or given up. */
  write(id: string, text: string | null): void {
    const had = this.drafts.has(id);
    if (text === null) this.drafts.delete(id);
    else this.drafts.set(id, text);
    if (had !== this.drafts.has(id)) this.tell();
  }

  /** Whether something would be lost if the page were closed now. */
  get unsaved(): boolean {
    return this.line.size > 0 || this.drafts.size > 0 || this.failures.length > 0;
  }

  private tell(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    this.rows = [...this.listed.values()];
    for (const changed of this.watchers) changed();
  }

  /** At once for the last answer; the answers before it are drawn some at a time, as each drawing looks at all rows. */
  private tellSoon(): void {
    if (this.line.size === 0) this.tell();
    else this.timer ??= setTimeout(() => this.tell(), PAUSE);
  }
}
