import assert from "node:assert/strict";
import { afterEach, beforeEach, mock, test } from "node:test";
import { connectionLost, refused } from "../src/problem";
import { type Course, type Job, bringOut } from "../src/transfer/exporting";
import type { Export } from "../src/types";
import { atOnce } from "./clock";

const JOB: Job = { query: { languagePairId: "", approvalStates: "approved" }, name: "all.tmx" };
const HOUR = 3_600_000;

/** A server whose worker writes an export; each look at it finds the next of `looks`. */
function server(...looks: (Export["state"] | Error)[]) {
  const begun: string[] = [];
  return {
    begun,
    send: async (_method: string, path: string) => {
      begun.push(path);
      return new Response(JSON.stringify({ exportId: `e${begun.length}` }), { status: 202 });
    },
    get: async <Document>(path: string): Promise<Document> => {
      const found = looks.shift() ?? "done";
      if (found instanceof Error) throw found;
      const exportId = path.split("/").at(-1);
      return { exportId, state: found, entries: 2, error: "", url: `https://s3/${exportId}` } as Document;
    },
  };
}

async function end(api: ReturnType<typeof server>, job = JOB): Promise<Course> {
  let last: Course = { step: "idle" };
  await bringOut(api, job, (course) => (last = course));
  return last;
}

const lost = (times: number): Error[] => Array.from({ length: times }, connectionLost);

beforeEach(atOnce);
afterEach(() => mock.restoreAll());

test("four looks in a row may fail while a worker writes", async () => {
  const api = server("running", ...lost(3), refused(500, ""), "running", ...lost(4), "done");
  const course = await end(api);
  assert.ok(course.step === "ready");
  assert.equal(course.url, "https://s3/e1");
});

test("trying again after the fifth goes on with the same export", async () => {
  const api = server(...lost(5), "running", "done");
  const failed = await end(api);
  assert.ok(failed.step === "failed");
  const ready = await end(api, failed.job);
  assert.ok(ready.step === "ready");
  assert.equal(ready.url, "https://s3/e1");
  assert.equal(api.begun.length, 1);
});

test("an export that has failed, or is there no more, is begun anew", async () => {
  for (const outcome of ["failed" as const, refused(404, "")]) {
    const api = server(outcome);
    const failed = await end(api);
    assert.ok(failed.step === "failed");
    const ready = await end(api, failed.job);
    assert.ok(ready.step === "ready");
    assert.equal(ready.url, "https://s3/e2");
  }
});

test("an address is known to end within its hour, and a new one is asked for without a new export", async () => {
  const api = server();
  const ready = await end(api);
  assert.ok(ready.step === "ready");
  assert.ok(ready.until < Date.now() + HOUR);
  assert.equal((await end(api, ready.job)).step, "ready");
  assert.equal(api.begun.length, 1);
});

test("an answer that is the file itself stays", async () => {
  const api = { ...server(), send: async () => new Response("<tmx/>") };
  const ready = await end(api);
  assert.ok(ready.step === "ready");
  assert.equal(ready.until, Infinity);
});
