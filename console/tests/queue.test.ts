import assert from "node:assert/strict";
import { test } from "node:test";
import { Problem, connectionLost, refused } from "../src/problem";
import { LOOKS, Queue } from "../src/review/queue";
import type { Change } from "../src/review/row";
import type { ApprovalState, Feedback } from "../src/types";

const ANY = { pair: "", state: "any", user: "", from: "", to: "" };
const WAITING = { ...ANY, state: "awaitingApproval" };

const numbered = (id: number): Feedback => ({
  feedbackId: String(id),
  languagePairId: "EngFra",
  username: "ann",
  sourceText: `source ${id}`,
  machineTranslation: "",
  suggestedTranslation: `text ${id}`,
  comment: "",
  approvalState: "awaitingApproval",
  reviewer: "",
  timestamps: { created: "", reviewed: "", modified: "" },
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

/** The product: entries by id, which others may change as well. A request is answered when the test says so. */
class Server {
  readonly entries: Map<string, Feedback>;
  readonly puts: { id: string; change: Change; answer: (problem?: Problem) => void }[] = [];
  readonly asked: Record<string, unknown>[] = [];
  counts = true;
  /** Problems that are told instead of a page. */
  broken: Problem[] = [];
  /** How many entries a run looks at. */
  reach = Infinity;
  /** How many entries a run gives again. */
  overlap = 0;

  constructor(count: number) {
    this.entries = new Map(Array.from({ length: count }, (_, index) => [String(index + 1), numbered(index + 1)]));
  }

  async get<Document>(_path: string, query: Record<string, unknown> = {}): Promise<Document> {
    this.asked.push(query);
    const page = this.page(query);
    const broken = this.broken.shift();
    await settled(); // what happens meanwhile is not in the page
    if (broken) throw broken;
    return page as Document;
  }

  private page(query: Record<string, unknown>) {
    const behind = [...this.entries.values()].filter(({ feedbackId }) => Number(feedbackId) > Number(query.after) - this.overlap);
    const seen = behind.slice(0, this.reach);
    const meant = (entry: Feedback) => !query.approvalStates || entry.approvalState === query.approvalStates;
    const found = seen.filter(meant).slice(0, Number(query.perPage));
    const full = found.length === Number(query.perPage) || seen.length < behind.length;
    const last = found.length === Number(query.perPage) ? found.at(-1) : seen.at(-1);
    const total = [...this.entries.values()].filter(meant).length;
    return { feedback: found, next: full ? last!.feedbackId : "", ...(this.counts ? { totalItems: total } : {}) };
  }

  put<Document>(path: string, body: unknown): Promise<Document> {
    const id = path.split("/").at(-1)!;
    const change = body as Change;
    return new Promise((resolve, reject) => {
      const answer = (problem?: Problem) => {
        if (problem) return reject(problem);
        this.change(id, change);
        resolve(this.entries.get(id) as Document);
      };
      this.puts.push({ id, change, answer });
    });
  }

  change(id: string, change: Change): void {
    this.entries.set(id, { ...this.entries.get(id)!, ...change });
  }

  /** Answer all requests until there are no more; `problem` says which fail. */
  async work(problem: (id: string, change: Change) => Problem | undefined = () => undefined): Promise<void> {
    for (await settled(); this.puts.length > 0; await settled()) {
      for (const { id, change, answer } of this.puts.splice(0)) answer(problem(id, change));
    }
  }

  state = (id: string): string | undefined => this.entries.get(id)?.approvalState;
}

async function opened(count: number, filters = ANY): Promise<{ server: Server; queue: Queue }> {
  const server = new Server(count);
  const queue = new Queue(server);
  queue.show(filters);
  await loaded(queue);
  return { server, queue };
}

async function loaded(queue: Queue): Promise<void> {
  while (queue.loading) await settled();
}

const ids = (queue: Queue) => queue.rows.map(({ given }) => Number(given.feedbackId));
const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, index) => first + index);
const texts = (numbers: number[]) => numbers.map(String);
const decide = (queue: Queue, state: ApprovalState, ...which: string[]) =>
  queue.apply(which.map((id) => [id, { approvalState: state }] as const));
const rewrite = (queue: Queue, id: string, text: string) => queue.apply([[id, { suggestedTranslation: text }]]);

// ── Decisions ──

test("what is decided during a bulk comes after it", async () => {
  const { server, queue } = await opened(30);
  const all = decide(queue, "approved", ...texts(upTo(30)));
  const one = decide(queue, "rejected", "30");
  assert.equal(queue.row("30")?.entry.approvalState, "rejected");
  await server.work();
  assert.deepEqual(await one, { saved: ["30"], failed: [] });
  assert.equal((await all).saved.length, 30);
  assert.deepEqual([server.state("29"), server.state("30")], ["approved", "rejected"]);
});

test("an undo during a bulk undoes all of it, in whatever order it was selected", async () => {
  const { server, queue } = await opened(30);
  const all = decide(queue, "approved", ...texts(upTo(30)).reverse());
  await settled();
  const back = queue.undo();
  await server.work();
  await all;
  assert.equal((await back).saved.length, 30);
  assert.ok([...server.entries.values()].every(({ approvalState }) => approvalState === "awaitingApproval"));
  assert.deepEqual(queue.undoable, []);
});

test("a bulk shows itself at once, and sends some at a time", async () => {
  const { server, queue } = await opened(30);
  let drawn = 0;
  queue.watch(() => drawn++);
  const all = decide(queue, "approved", ...texts(upTo(30)));
  assert.equal(drawn, 1);
  assert.ok(queue.rows.every(({ entry, waiting }) => entry.approvalState === "approved" && waiting.length === 1));
  await settled();
  assert.deepEqual(server.puts.map(({ id }) => id), texts(upTo(6)));
  server.puts.shift()?.answer();
  await settled();
  assert.deepEqual(server.puts.map(({ id }) => id), texts(upTo(7, 2)));
  const other = decide(queue, "rejected", "30"); // waits for the bulk's decision on the same entry only
  const free = decide(queue, "approved", "30");
  await server.work();
  await Promise.all([all, other, free]);
  assert.ok(drawn < 15, `${drawn} drawings for 32 answers`);
  assert.ok(queue.rows.every(({ waiting }) => waiting.length === 0));
});

test("only the rows that are concerned are others afterwards", async () => {
  const { server, queue } = await opened(3);
  const before = queue.rows;
  const saving = decide(queue, "approved", "2");
  await server.work();
  await saving;
  assert.deepEqual(queue.rows.map((row, index) => row === before[index]), [true, false, true]);
});

// ── Failures ──

test("what was decided on top of a failed edit fails with it, and both are tried again as one", async () => {
  const { server, queue } = await opened(1);
  const edit = rewrite(queue, "1", "new text");
  const approval = decide(queue, "approved", "1");
  await settled();
  server.puts.shift()?.answer(connectionLost());
  assert.deepEqual(await Promise.all([edit, approval]), [{ saved: [], failed: ["1"] }, { saved: [], failed: ["1"] }]);
  const row = queue.row("1")!;
  assert.deepEqual(row.entry, numbered(1));
  assert.deepEqual(row.problem?.change, { suggestedTranslation: "new text", approvalState: "approved" });
  assert.equal(server.puts.length, 0, "the old text is not approved");
  assert.deepEqual(queue.undoable, []);

  const retried = queue.retry(queue.failures);
  await server.work();
  assert.deepEqual(await retried, { saved: ["1"], failed: [] });
  assert.equal(queue.row("1")?.entry.suggestedTranslation, "new text");
  assert.deepEqual([server.state("1"), queue.failures], ["approved", []]);
});

test("a decision after a failed edit takes the edit along, and the undo takes back both", async () => {
  const { server, queue } = await opened(1);
  const edit = rewrite(queue, "1", "new text");
  await server.work(connectionLost);
  await edit;
  const approval = decide(queue, "approved", "1");
  await server.work();
  await approval;
  assert.deepEqual(server.entries.get("1"), { ...numbered(1), suggestedTranslation: "new text", approvalState: "approved" });
  const back = queue.undo();
  await server.work();
  await back;
  assert.deepEqual(server.entries.get("1"), numbered(1));
});

test("the entry goes back to what the server gave last, not to what it never took", async () => {
  const { server, queue } = await opened(1);
  const first = decide(queue, "approved", "1");
  await server.work();
  await first;
  const later = [decide(queue, "rejected", "1"), rewrite(queue, "1", "x"), decide(queue, "awaitingApproval", "1")];
  await server.work(connectionLost);
  await Promise.all(later);
  assert.equal(queue.row("1")?.entry.approvalState, "approved");
  assert.deepEqual(queue.row("1")?.problem?.change, { approvalState: "awaitingApproval", suggestedTranslation: "x" });
});

test("an undo sends nothing of what failed, and loses nothing of it", async () => {
  const { server, queue } = await opened(1);
  const approval = decide(queue, "approved", "1");
  await server.work();
  await approval;
  const edit = rewrite(queue, "1", "new text");
  await server.work(connectionLost);
  await edit;
  const back = queue.undo();
  await server.work();
  await back;
  assert.deepEqual(server.entries.get("1"), numbered(1));
  assert.deepEqual(queue.row("1")?.problem?.change, { suggestedTranslation: "new text" });
  queue.discard(queue.failures);
  assert.deepEqual([queue.row("1")?.problem, queue.unsaved], [null, false]);
});

test("an undo tells what could not be undone, which can be undone again", async () => {
  const { server, queue } = await opened(3);
  const all = decide(queue, "approved", "1", "2", "3");
  await server.work();
  await all;
  const back = queue.undo();
  await server.work((id) => (id === "2" ? connectionLost() : undefined));
  assert.deepEqual(await back, { saved: ["1", "3"], failed: ["2"] });
  const again = queue.undo();
  await server.work();
  assert.deepEqual(await again, { saved: ["2"], failed: [] });
  assert.deepEqual(await queue.undo(), { saved: [], failed: [] });
});

test("what failed of a bulk is tried again as one, and is no part of its undo", async () => {
  const { server, queue } = await opened(4);
  const all = decide(queue, "approved", "1", "2", "3", "4");
  await server.work((id) => (Number(id) % 2 ? connectionLost() : undefined));
  assert.deepEqual(await all, { saved: ["2", "4"], failed: ["1", "3"] });
  const again = queue.retry(queue.failures);
  await server.work();
  assert.deepEqual(await again, { saved: ["1", "3"], failed: [] });
  assert.deepEqual(await Promise.all([queue.undo(), server.work()]).then(([done]) => done.saved), ["1", "3"]);
  assert.deepEqual(await Promise.all([queue.undo(), server.work()]).then(([done]) => done.saved), ["2", "4"]);
});

test("an undo of what turns out to be never saved has nothing to undo afterwards", async () => {
  const { server, queue } = await opened(2);
  const other = decide(queue, "approved", "2");
  await server.work();
  await other;
  const both = [decide(queue, "approved", "1"), queue.undo()] as const;
  await server.work(connectionLost);
  await Promise.all(both);
  assert.deepEqual(queue.undoable, ["2"]);
  assert.deepEqual(queue.row("1")?.problem?.change, { approvalState: "awaitingApproval" });
});

test("a failure whose entry has left the list is kept, and can be tried again", async () => {
  const { server, queue } = await opened(2, WAITING);
  const edit = rewrite(queue, "1", "new text");
  await settled();
  server.change("1", { approvalState: "approved" }); // by somebody else
  queue.restart();
  await loaded(queue);
  assert.deepEqual([ids(queue), queue.unsaved], [[2], true]);
  await server.work(connectionLost);
  await edit;
  assert.deepEqual(queue.missing.map(({ entry }) => entry.sourceText), ["source 1"]);
  const again = queue.retry(queue.failures);
  await server.work();
  await again;
  assert.deepEqual([queue.missing, queue.unsaved], [[], false]);
  assert.equal(server.entries.get("1")?.suggestedTranslation, "new text");
});

test("what is still being saved, or failed, is shown so when the list is loaded anew", async () => {
  const { server, queue } = await opened(3);
  const edits = [rewrite(queue, "1", "one"), rewrite(queue, "2", "two"), rewrite(queue, "3", "three")];
  await settled();
  server.puts.shift()?.answer(connectionLost());
  await settled();
  server.change("1", { approvalState: "rejected" }); // by somebody else
  queue.restart();
  server.puts.pop()?.answer(); // before the list is there
  await loaded(queue);
  assert.equal(queue.row("1")?.entry.approvalState, "rejected");
  const shown = queue.rows.map(({ entry, waiting, problem }) => [entry.suggestedTranslation, waiting.length, problem?.change.suggestedTranslation]);
  assert.deepEqual(shown, [["text 1", 0, "one"], ["two", 1, undefined], ["three", 0, undefined]]);
  await server.work();
  await Promise.all(edits);
  assert.deepEqual(queue.missing, []);
});

test("drafts are kept until they are saved or given up", async () => {
  const { queue } = await opened(1);
  queue.write("1", "half a sen");
  queue.write("1", "half a sentence");
  queue.restart();
  assert.deepEqual([queue.draft("1"), queue.unsaved], ["half a sentence", true]);
  queue.write("1", null);
  assert.deepEqual([queue.draft("1"), queue.unsaved], [undefined, false]);
});

test("with the key of a new session goes on what failed under the old one", async () => {
  const { server, queue } = await opened(20);
  const all = decide(queue, "approved", ...texts(upTo(20)));
  await server.work(() => refused(401, ""));
  assert.equal((await all).failed.length, 20);
  const other = new Server(20);
  queue.api = other;
  const again = queue.retry(queue.failures);
  await other.work();
  await again;
  assert.deepEqual([other.state("1"), other.state("20")], ["approved", "approved"]);
});

// ── Pages ──

async function readAll(queue: Queue): Promise<void> {
  while (!queue.complete) {
    queue.more();
    await loaded(queue);
  }
}

test("each entry is shown once, whatever this and other reviewers decide meanwhile", async () => {
  const { server, queue } = await opened(170, WAITING);
  assert.deepEqual([ids(queue), queue.total], [upTo(50), 170]);
  const mine = decide(queue, "approved", ...texts(upTo(10)));
  await server.work();
  await mine;
  for (const id of upTo(40, 11)) server.change(String(id), { approvalState: "rejected" });
  queue.more();
  await loaded(queue);
  assert.deepEqual([ids(queue), queue.total], [upTo(100), 140]);
  await readAll(queue);
  assert.deepEqual(ids(queue), upTo(170));
  assert.deepEqual(server.asked.map(({ after }) => after), ["0", "50", "100", "150"]);
});

test("an entry that comes a second time is not shown twice", async () => {
  const { server, queue } = await opened(60);
  server.overlap = 3;
  const edit = rewrite(queue, "50", "new text");
  await readAll(queue);
  assert.deepEqual(ids(queue), upTo(60));
  assert.equal(queue.row("50")?.entry.suggestedTranslation, "new text");
  await server.work();
  await edit;
});

test("pages that hold little or nothing are passed over, as long as it is bearable", async () => {
  const { server, queue } = await opened(100);
  for (const id of upTo(99)) server.change(String(id), { approvalState: "approved" });
  [server.reach, server.counts, server.asked.length] = [10, false, 0];
  queue.show(WAITING);
  await loaded(queue);
  assert.deepEqual([ids(queue), queue.complete, server.asked.length], [[], false, LOOKS]);
  assert.equal(queue.total, null);
  await readAll(queue);
  assert.deepEqual([ids(queue), server.asked.length], [[100], 10]);
});

test("a page that failed is asked for again where it failed", async () => {
  const { server, queue } = await opened(60);
  server.broken = [connectionLost()];
  queue.more();
  await loaded(queue);
  assert.equal(queue.problem?.kind, "connection");
  await readAll(queue);
  assert.deepEqual([ids(queue), queue.problem], [upTo(60), null]);
});

test("a page that comes after the filter was changed is not shown", async () => {
  const { server, queue } = await opened(3);
  server.change("2", { approvalState: "approved" });
  queue.restart();
  queue.show(WAITING);
  await loaded(queue);
  await settled();
  assert.deepEqual(ids(queue), [1, 3]);
});
