import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { connectionLost, refused } from "../src/problem";
import { Arrivals } from "../src/transfer/arrivals";
import { type Course, type Failed, bringIn } from "../src/transfer/upload";
import type { WorkState } from "../src/types";
import { atOnce } from "./clock";

const HOUR = 3_600_000;
const OPTIONS = { applyAll: false, approveAll: false };
const FILE = new File(["<tmx/>"], "memory.tmx");

/** What becomes of a file that is sent: it arrives; it is lost; or it arrives, and the answer is lost; or S3 refuses it. */
type Fate = "arrives" | "lost" | "unanswered" | number;

/** A server with S3 beside it; `works` are the states that each look at an import finds once its file is there. */
class Server {
  asked: string[] = [];
  sent: string[] = [];
  /** Thrown at the looks at an import, one after the other. */
  troubles: (Error | null)[] = [];
  private readonly arrived = new Set<string>();
  private begun = 0;

  constructor(
    private readonly fates: Fate[] = [],
    private readonly works: WorkState[] = ["running", "done"],
  ) {
    const server = this;
    globalThis.XMLHttpRequest = class {
      upload: { onprogress?: (event: object) => void } = {};
      status = 0;
      onload = () => undefined;
      onerror = () => undefined;
      private url = "";
      open(_method: string, url: string): void {
        this.url = url;
      }
      send(): void {
        this.upload.onprogress?.({ loaded: 1, total: 2 });
        server.sent.push(this.url);
        const fate = server.fates.shift() ?? "arrives";
        if (fate === "arrives" || fate === "unanswered") server.arrived.add(this.url);
        this.status = typeof fate === "number" ? fate : 204;
        queueMicrotask(fate === "lost" || fate === "unanswered" ? () => this.onerror() : () => this.onload());
      }
    } as unknown as typeof XMLHttpRequest;
  }

  post = async <Document>(path: string): Promise<Document> => {
    this.asked.push(path);
    const importId = `import${++this.begun}`;
    return { importId, url: importId, fields: {}, maxSizeInMB: 1024 } as Document;
  };

  get = async <Document>(path: string): Promise<Document> => {
    this.asked.push(path);
    const trouble = this.troubles.shift();
    if (trouble) throw trouble;
    const importId = path.split("/").at(-1)!;
    const state = this.arrived.has(importId) ? (this.works.length > 1 ? this.works.shift() : this.works[0]) : "waiting";
    return { importId, state, successful: 1, warnings: [] } as unknown as Document;
  };

  get uploadsBegun(): number {
    return this.begun;
  }
}

/** The steps that a file takes. */
async function steps(server: Server, before?: Failed): Promise<Course[]> {
  const told: Course[] = [];
  await bringIn(server, FILE, OPTIONS, (course) => told.push(course), before);
  return told;
}

const names = (told: Course[]): string[] => told.map(({ step }) => step);

async function failed(server: Server, before?: Failed): Promise<Failed> {
  const last = (await steps(server, before)).at(-1);
  assert.equal(last?.step, "failed");
  return last as Failed;
}

beforeEach(atOnce);
afterEach(() => mock.restoreAll());

test("a file whose arrival was not answered is followed, and not said to be lost", async () => {
  const server = new Server(["unanswered"]);
  assert.deepEqual(names(await steps(server)), ["starting", "uploading", "checking", "importing", "done"]);
  assert.deepEqual([server.uploadsBegun, server.sent.length], [1, 1]);
});

test("a file that was lost is sent again to the same place, and imported once", async () => {
  const server = new Server(["lost"]);
  const lost = await failed(server);
  assert.match(lost.problem.advice, /Nothing was imported/);
  assert.equal((await steps(server, lost)).at(-1)?.step, "done");
  assert.deepEqual([server.uploadsBegun, server.sent], [1, ["import1", "import1"]]);
});

test("a file that S3 failed to take is looked for, and sent again to the same place", async () => {
  const server = new Server([503]);
  const lost = await failed(server);
  assert.match(lost.problem.message, /503/);
  assert.equal((await steps(server, lost)).at(-1)?.step, "done");
  assert.equal(server.uploadsBegun, 1);
});

test("after its hour, or a refusal, a place is not used again", async () => {
  const late = new Server(["lost"]);
  const lost = await failed(late);
  mock.method(Date, "now", () => performance.timeOrigin + performance.now() + HOUR);
  await steps(late, lost);
  assert.deepEqual(late.sent, ["import1", "import2"]);
  const refusing = new Server([403]);
  await steps(refusing, await failed(refusing));
  assert.deepEqual(refusing.sent, ["import1", "import2"]);
});

test("where nobody can tell whether a file has arrived, it is sent again only if it has not", async () => {
  for (const [fate, sent] of [["unanswered", 1], ["lost", 2]] as const) {
    const server = new Server([fate]);
    server.troubles = [connectionLost()];
    const unknown = await failed(server);
    assert.match(unknown.problem.advice, /not known whether the file has arrived/);
    assert.equal((await steps(server, unknown)).at(-1)?.step, "done");
    assert.deepEqual([server.uploadsBegun, server.sent.length], [1, sent]);
  }
});

test("an import is out of sight after five looks that failed, and nothing is sent to look again", async () => {
  const server = new Server();
  server.troubles = Array.from({ length: 4 }, connectionLost);
  assert.equal((await steps(server)).at(-1)?.step, "done");
  server.troubles = Array.from({ length: 5 }, connectionLost);
  const unseen = await failed(server);
  assert.match(unseen.problem.message, /has arrived/);
  assert.deepEqual(names(await steps(server, unseen)), ["importing", "done"]);
  assert.equal(server.sent.length, 2);
});

const session = (api: Pick<Server, "get" | "post">, accountId = 1) => ({
  api,
  caller: { organizationId: "o1", accountId, email: "", role: "user" as const },
});

/** Until all are over. */
async function settled(arrivals: Arrivals): Promise<void> {
  const under = () => arrivals.state.some(({ course }) => course.step !== "done" && course.step !== "failed");
  while (under()) await new Promise(setImmediate);
}

const outcomes = (arrivals: Arrivals): string[] => arrivals.state.map(({ file, course }) => `${file.name} ${course.step}`);

test("files go on while nobody looks, one after the other", async () => {
  const server = new Server();
  const arrivals = new Arrivals();
  const said: string[] = [];
  arrivals.announce = (text) => said.push(text);
  arrivals.enter(session(server));
  arrivals.add([FILE, new File(["x"], "two.tmx")], OPTIONS);
  arrivals.add([new File([], "three.tmx")], OPTIONS);
  await settled(arrivals);
  assert.deepEqual(outcomes(arrivals), ["three.tmx failed", "memory.tmx done", "two.tmx done"]);
  assert.deepEqual(said, [
    "memory.tmx is imported: 1 entry.",
    "two.tmx is imported: 1 entry.",
    "three.tmx is not imported: The file is empty.",
  ]);
  arrivals.dismiss(arrivals.state[0]!.id);
  assert.equal(arrivals.state.length, 2);
});

test("what runs without being seen is not said to be not imported", async () => {
  const server = new Server();
  server.troubles = Array.from({ length: 5 }, connectionLost);
  const arrivals = new Arrivals();
  const said: string[] = [];
  arrivals.announce = (text) => said.push(text);
  arrivals.enter(session(server));
  arrivals.add([FILE], OPTIONS);
  await settled(arrivals);
  assert.equal(said.length, 1);
  assert.doesNotMatch(said[0]!, /not imported/);
  arrivals.retry(arrivals.state[0]!.id);
  await settled(arrivals);
  assert.deepEqual(outcomes(arrivals), ["memory.tmx done"]);
});

test("what the end of a session stopped goes on when the same person is back", async () => {
  const server = new Server();
  server.troubles = [null, refused(401, "")];
  const arrivals = new Arrivals();
  arrivals.enter(session(server));
  arrivals.add([FILE, new File(["x"], "two.tmx")], OPTIONS);
  while (server.troubles.length) await new Promise(setImmediate);
  for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
  assert.deepEqual(outcomes(arrivals), ["memory.tmx failed", "two.tmx queued"], "nothing more is asked with that key");
  const asked = server.asked.length;
  arrivals.enter(session({ get: server.get, post: server.post }));
  await settled(arrivals);
  assert.deepEqual(outcomes(arrivals), ["memory.tmx done", "two.tmx done"]);
  assert.equal(server.sent.length, 2);
  assert.ok(server.asked.length > asked);
});

test("who signs in after somebody else finds nothing of theirs", async () => {
  const server = new Server(["lost"]);
  const arrivals = new Arrivals();
  arrivals.enter(session(server));
  arrivals.add([FILE], OPTIONS);
  arrivals.enter(null);
  arrivals.enter(session(server, 2));
  assert.deepEqual(arrivals.state, []);
  arrivals.add([new File(["x"], "two.tmx")], OPTIONS);
  await settled(arrivals);
  assert.deepEqual(outcomes(arrivals), ["two.tmx done"]);
});
