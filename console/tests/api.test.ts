import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { Problem } from "../src/problem";

Object.assign(globalThis, { location: { href: "http://hearback.test/v1/console#/review" } });
const { Api } = await import("../src/api");

/** Requests that wait for their answer. */
let sent: { address: string; answer: (status: number, document?: unknown) => void }[] = [];

beforeEach(() => {
  sent = [];
  globalThis.fetch = (address) =>
    new Promise((resolve) => {
      const answer = (status: number, document: unknown = {}) => resolve(new Response(JSON.stringify(document), { status }));
      sent.push({ address: String(address), answer });
    });
});

const kind = (asked: Promise<unknown>): Promise<string> =>
  asked.then(() => "none", (thrown: unknown) => (thrown instanceof Problem ? thrown.kind : String(thrown)));

test("the first refusal of a key is told, and the last", async () => {
  const api = new Api("hb_1");
  let refused = 0;
  api.onRefusedKey = () => refused++;
  const asked = [kind(api.get("a")), kind(api.put("b", {}))];
  for (const { answer } of sent) answer(401);
  assert.deepEqual(await Promise.all(asked), ["key", "key"]);
  assert.equal(refused, 1);
});

test("nothing is sent with a key that was refused", async () => {
  const api = new Api("hb_1");
  const asked = kind(api.get("a"));
  sent[0]?.answer(401);
  await asked;
  assert.equal(await kind(api.put("b", {})), "key");
  assert.equal(sent.length, 1);
});

test("after signing out nothing is sent, and a refusal that comes late ends no other session", async () => {
  const api = new Api("hb_1");
  api.onRefusedKey = () => assert.fail("the session was left before");
  const asked = kind(api.get("a"));
  api.close();
  sent[0]?.answer(401);
  assert.equal(await asked, "key");
  assert.equal(await kind(api.get("b")), "key");
  assert.equal(sent.length, 1);
});

test("what was asked ahead is not asked again, but once", async () => {
  const api = new Api("hb_1");
  api.ahead("list", { state: "waiting", user: "" });
  const asked = api.get("list", { user: undefined, state: "waiting" });
  assert.deepEqual(sent.map(({ address }) => address), ["http://hearback.test/v1/list?state=waiting"]);
  sent[0]?.answer(200, { found: 1 });
  assert.deepEqual(await asked, { found: 1 });
  void api.get("list", { state: "waiting" });
  void api.get("list", { state: "approved" });
  assert.equal(sent.length, 3);
});

test("what failed ahead is told to who asks for it, and works when tried again", async () => {
  const api = new Api("hb_1");
  api.ahead("list");
  sent[0]?.answer(500);
  await new Promise(setImmediate); // a failure that nobody came for would end the process here
  assert.equal(await kind(api.get("list")), "server");
  const again = kind(api.get("list"));
  sent[1]?.answer(200);
  assert.equal(await again, "none");
});
