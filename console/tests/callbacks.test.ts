import assert from "node:assert/strict";
import { test } from "node:test";
import { AT_ONCE, Log, PER_PAGE } from "../src/callbacks/log";
import { connectionLost, refused } from "../src/problem";
import type { Callback, CallbackState } from "../src/types";

const idOf = (number: number): string => String(number).padStart(6, "0");

/** A server with callbacks, the newest first, that tells what it was asked for. */
class Server {
  asked: string[] = [];
  trouble: Error | null = null;
  private callbacks: Callback[] = [];

  constructor(count: number) {
    for (let number = 1; number <= count; number++) this.owe("delivered");
  }

  owe(state: CallbackState): string {
    const id = idOf(this.callbacks.length + 1);
    this.callbacks.unshift({ id, state } as Callback);
    return id;
  }

  move(id: string, state: CallbackState): void {
    this.callbacks = this.callbacks.map((one) => (one.id === id ? { ...one, state } : one));
  }

  end(id: string): void {
    this.callbacks = this.callbacks.filter((one) => one.id !== id);
  }

  get = async <Document>(path: string, query: Record<string, unknown> = {}): Promise<Document> => {
    this.asked.push(query.page ? `page ${query.page}` : path);
    if (this.trouble) throw this.trouble;
    const id = /(\d{6})\.json$/.exec(path)?.[1];
    if (id) {
      const callback = this.callbacks.find((one) => one.id === id);
      if (!callback) throw refused(404, "");
      return { callback } as Document;
    }
    const wanted = this.callbacks.filter(({ state }) => !query.state || state === query.state);
    const [page, size] = [Number(query.page), Number(query.page_size)];
    return { callbacks: wanted.slice((page - 1) * size, page * size) } as Document;
  };

  post = async <Document>(path: string): Promise<Document> => {
    if (this.trouble) throw this.trouble;
    const id = /(\d{6})\/redeliver/.exec(path)![1]!;
    this.move(id, "owed");
    return { callback: this.callbacks.find((one) => one.id === id) } as Document;
  };

  /** What was asked for since the last time. */
  heard(): string[] {
    return this.asked.splice(0);
  }
}

async function opened(server: Server, wanted = ""): Promise<Log> {
  const log = new Log(server, "callbacks", wanted);
  await log.refresh();
  server.heard();
  return log;
}

const ids = (log: Log): string[] => (log.state.rows ?? []).map(({ id }) => id);
const down = (from: number, to: number): string[] => Array.from({ length: from - to + 1 }, (_, index) => idOf(from - index));

test("more is appended without asking again for what is there", async () => {
  const server = new Server(2 * PER_PAGE + 1);
  const log = await opened(server);
  await log.more();
  assert.deepEqual(server.heard(), ["page 2"]);
  assert.deepEqual([ids(log), log.state.complete], [down(101, 2), false]);
  await log.more();
  assert.deepEqual([ids(log), log.state.complete], [down(101, 1), true]);
});

test("what is shown stays while it is loaded again, and when that fails", async () => {
  const server = new Server(3);
  const log = await opened(server);
  const shown: unknown[] = [];
  log.watch(() => shown.push(log.state.rows?.length));
  server.trouble = connectionLost();
  await log.refresh();
  await log.look();
  server.trouble = null;
  await log.refresh();
  assert.deepEqual(new Set(shown), new Set([3]));
  assert.equal(log.state.problem, null);
});

test("a look asks for the first page, and behind it for what is under way", async () => {
  const server = new Server(1);
  const waiting = server.owe("waiting");
  for (let count = 0; count < PER_PAGE; count++) server.owe("delivered");
  const log = await opened(server);
  await log.more();
  server.heard();
  await log.look();
  assert.deepEqual(server.heard(), ["page 1", `callbacks/${waiting}.json`]);
  server.move(waiting, "delivered");
  await log.look();
  assert.equal(log.state.rows!.find(({ id }) => id === waiting)!.state, "delivered");
  server.heard();
  await log.look();
  assert.deepEqual(server.heard(), ["page 1"]);
});

test("of many that are under way each has its turn, and what is gone goes", async () => {
  const server = new Server(0);
  const under = Array.from({ length: 2 * AT_ONCE }, () => server.owe("waiting"));
  for (let count = 0; count < PER_PAGE; count++) server.owe("delivered");
  const log = await opened(server);
  await log.more();
  server.heard();
  server.end(under[0]!);
  await log.look();
  assert.equal(server.heard().length, 1 + AT_ONCE);
  await log.look();
  assert.equal(server.heard().length, 1 + AT_ONCE);
  assert.ok(!ids(log).includes(under[0]!));
});

test("new ones come in front, however many they are, and none is missing behind", async () => {
  const server = new Server(2 * PER_PAGE);
  const log = await opened(server);
  for (let count = 0; count < PER_PAGE + 5; count++) server.owe("owed");
  await log.look();
  assert.deepEqual(ids(log), down(155, 51));
  for (let count = 0; count < 3 * PER_PAGE; count++) server.owe("owed");
  await log.more();
  await log.look();
  while (!log.state.complete) await log.more();
  assert.deepEqual(ids(log), down(305, 1));
});

test("what leaves the wanted state stays, and nothing is passed over for it", async () => {
  const server = new Server(0);
  for (let count = 0; count < PER_PAGE + 5; count++) server.owe("unreachable");
  const log = await opened(server, "unreachable");
  for (const id of down(55, 46)) await log.redeliver(id);
  await log.more();
  assert.deepEqual(ids(log), down(55, 1));
  assert.equal(log.state.rows!.filter(({ state }) => state === "owed").length, 10);
});

test("where all that is shown has left the wanted state, a look does not load the rest", async () => {
  const server = new Server(0);
  for (let count = 0; count < 5 * PER_PAGE; count++) server.owe("owed");
  const log = await opened(server, "owed");
  for (const id of ids(log)) server.move(id, "delivered");
  await log.look();
  assert.equal(server.heard().filter((one) => one.startsWith("page")).length, 1);
});

test("a redelivery that is refused shows what has become of the callback", async () => {
  const server = new Server(0);
  const id = server.owe("unreachable");
  const log = await opened(server);
  server.move(id, "delivered");
  server.post = async () => {
    throw refused(409, "");
  };
  await assert.rejects(log.redeliver(id));
  assert.equal(log.state.rows![0]!.state, "delivered");
});

test("an answer that was asked for before a redelivery does not undo it", async () => {
  const server = new Server(0);
  const id = server.owe("unreachable");
  const log = await opened(server);
  const look = log.look();
  await Promise.all([log.redeliver(id), look]);
  assert.equal(log.state.rows![0]!.state, "owed");
  assert.equal(log.state.loading, false);
});
