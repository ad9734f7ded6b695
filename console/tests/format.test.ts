import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, instant, plural } from "../src/format";

test("an instant is read in the form of each family", () => {
  const expected = Date.UTC(2026, 7, 11, 21, 6, 57);
  const forms = [
    "2026-08-11 21:06:57.000000000Z",
    "2026-08-11T21:06:57.000000Z",
    "2026-08-11T23:06:57+02:00",
    "20260811T21:06:57",
    "2026-08-11T21:06:57.000+00:00",
    expected / 1000,
  ];
  for (const form of forms) assert.equal(instant(form)?.getTime(), expected, String(form));
});

test("what is no instant is none", () => {
  for (const form of ["", null, "soon"]) assert.equal(instant(form), null);
});

test("sizes and numbers are said as people say them", () => {
  assert.deepEqual([1, 999, 1000, 12_345_678, 1e9].map(bytes), ["1 byte", "999 bytes", "1.0 kB", "12 MB", "1.0 GB"]);
  assert.deepEqual([plural(1, "entry", "entries"), plural(50_000, "entry", "entries")], ["1 entry", "50,000 entries"]);
});
