import assert from "node:assert/strict";
import { test } from "node:test";
import { noKey } from "../src/session";

test("what no request could carry is told to be no key", () => {
  assert.equal(noKey("hb_abc-DEF_123"), null);
  assert.equal(noKey("")?.message, "There is no key.");
  for (const pasted of ["hb_äbc", "hb_abc–def", "hb_ abc", "hb_abc\u200b", "key: hb_abc", "hb_\u0000"]) {
    assert.equal(noKey(pasted)?.message, "This is no API key.", pasted);
  }
});
