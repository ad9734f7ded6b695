// The files on their way in. They go on when one leaves the page, and when the session ends: what was
// stopped by that goes on once the same person is back.

import { plural } from "../format";
import { Problem } from "../problem";
import type { Session } from "../session";
import { Store } from "../store";
import { type Course, type Options, bringIn } from "./upload";

export interface Arrival {
  id: number;
  file: File;
  options: Options;
  course: Course;
}

export const isOver = ({ course }: Arrival): boolean => course.step === "done" || course.step === "failed";

type Caller = Pick<Session, "caller"> & { api: Pick<Session["api"], "get" | "post"> };

export class Arrivals extends Store<Arrival[]> {
  /** Told in words what has become of a file. */
  announce: (said: string) => void = () => undefined;
  private session: Caller | null = null;
  private owner = "";
  private workingFor = "";
  private last = 0;

  constructor() {
    super([]);
  }

  /** Somebody has signed in, or the session has ended. Who is somebody else finds nothing of those before. */
  enter(session: Caller | null): void {
    this.session = session;
    if (!session) return;
    if (nameOf(session) !== this.owner) this.set([]);
    this.owner = nameOf(session);
    for (const { id, course } of this.state) if (course.step === "failed" && course.problem.kind === "key") this.retry(id);
    void this.work();
  }

  add(files: Iterable<File>, options: Options): void {
    const added = Array.from(files, (file): Arrival => ({ id: ++this.last, file, options, course: { step: "queued" } }));
    this.set([...added, ...this.state]);
    void this.work();
  }

  retry(id: number): void {
    const found = this.state.find((one) => one.id === id);
    if (found?.course.step !== "failed") return;
    if (found.course.importId) return void this.bring(found); // nothing is sent, so it need not wait for others
    this.move(id, { step: "queued", before: found.course });
    void this.work();
  }

  dismiss(id: number): void {
    this.set(this.state.filter((one) => one.id !== id || !isOver(one)));
  }

  /** Bring in what is queued, one after the other. */
  private async work(): Promise<void> {
    const { owner } = this;
    if (this.workingFor === owner) return;
    this.workingFor = owner;
    for (let next = this.next(owner); next; next = this.next(owner)) await this.bring(next);
    if (this.workingFor === owner) this.workingFor = "";
  }

  private next(owner: string): Arrival | undefined {
    if (!this.session || this.owner !== owner) return undefined;
    const queued = this.state.filter(({ course }) => course.step === "queued");
    return queued.reduce<Arrival | undefined>((first, one) => (first && first.id < one.id ? first : one), undefined);
  }

  private bring({ id, file, options, course }: Arrival): Promise<void> {
    const before = course.step === "queued" ? course.before : course.step === "failed" ? course : undefined;
    return bringIn(this.asking(this.owner), file, options, (now) => this.move(id, now), before);
  }

  /** Asks with the key of the moment, since an upload may outlast a session; and for its owner only. */
  private asking(owner: string): Caller["api"] {
    const api = () => {
      if (this.session && this.owner === owner) return this.session.api;
      throw new Problem("key", "Your session has ended.", "The import goes on once you have signed in again.");
    };
    return { get: async (...asked) => api().get(...asked), post: async (...asked) => api().post(...asked) };
  }

  private move(id: number, course: Course): void {
    const moved = this.state.find((one) => one.id === id);
    if (!moved) return; // somebody else's by now
    this.set(this.state.map((one) => (one === moved ? { ...one, course } : one)));
    const { name } = moved.file;
    if (course.step === "done") this.announce(`${name} is imported: ${plural(course.record.successful, "entry", "entries")}.`);
    if (course.step !== "failed") return;
    if (course.problem.kind === "key") this.session = null; // nothing more is asked until somebody signs in
    else this.announce(`${name}${course.importId || course.place ? "" : " is not imported"}: ${course.problem.message}`);
  }
}

const nameOf = ({ caller }: Caller): string => `${caller.organizationId} ${caller.accountId}`;
