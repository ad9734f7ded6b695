import assert from "node:assert/strict";
import { test } from "node:test";
import { LOOKS, look } from "../src/organization/trail";
import type { AuditLine, AuditPage } from "../src/types";

const LINE: AuditLine = { lineId: "1", at: "", accountId: 1, email: "", keyId: "", action: "update_feedback", about: {}, outcome: "" };
const ANY = { from: "", to: "", accountId: "", action: "" };

/** A trail whose pages are numbered; those from `first` on have a line each, and there are `pages` of them. */
function trail(first: number, pages: number) {
  const asked: string[] = [];
  const get = async <Document>(_path: string, query: Record<string, unknown> = {}): Promise<Document> => {
    const number = Number(query.after || 0);
    asked.push(String(query.after));
    const page: AuditPage = { lines: number >= first ? [LINE] : [], next: number + 1 < pages ? String(number + 1) : "" };
    return page as Document;
  };
  return { api: { get }, asked };
}

test("a page that has lines is taken as it is", async () => {
  const { api, asked } = trail(0, 9);
  assert.deepEqual(await look(api, ANY, ""), { lines: [LINE], next: "1" });
  assert.deepEqual(asked, [""]);
});

test("empty pages are passed over", async () => {
  const { api, asked } = trail(3, 9);
  assert.deepEqual(await look(api, ANY, "1"), { lines: [LINE], next: "4" });
  assert.deepEqual(asked, ["1", "2", "3"]);
});

test("after some empty pages it is told where to go on", async () => {
  const { api, asked } = trail(100, 101);
  assert.deepEqual(await look(api, ANY, ""), { lines: [], next: String(LOOKS) });
  assert.equal(asked.length, LOOKS);
});

test("behind the last page nobody looks", async () => {
  const { api, asked } = trail(100, 2);
  assert.deepEqual(await look(api, ANY, ""), { lines: [], next: "" });
  assert.equal(asked.length, 2);
});
