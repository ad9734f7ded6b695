import assert from "node:assert/strict";
import { test } from "node:test";
import { buckets, largest } from "../src/quality/series";
import type { QualityReport } from "../src/types";

function report(counts: Record<string, Record<string, number>>): QualityReport {
  const groups = (of: Record<string, number>) => Object.entries(of).map(([name, count]) => ({ error_type: name === "none" ? null : name, count }));
  const total: Record<string, number> = {};
  for (const day of Object.values(counts)) for (const [name, count] of Object.entries(day)) total[name] = (total[name] ?? 0) + count;
  const told = { count: 0, tasks_reviewed: 0, tasks_with_errors: 0, errors_per_task: null };
  const series = Object.entries(counts).map(([date, of]) => ({ ...told, date, groups: groups(of) }));
  return { ...told, group_by: "error_type", groups: groups(total).sort((a, b) => b.count - a.count), series };
}

const shown = (counts: Record<string, Record<string, number>>) =>
  buckets(report(counts)).map(({ label, counts: found }) => [label, Object.fromEntries(found)]);

test("days without errors are there too", () => {
  const found = shown({ "2026-02-27": { a: 1 }, "2026-03-01": { a: 2, none: 3 } });
  assert.deepEqual(found, [
    ["2026-02-27", { a: 1 }],
    ["2026-02-28", {}],
    ["2026-03-01", { a: 2, "none given": 3 }],
  ]);
});

test("more than a month is told by weeks, from Monday on", () => {
  const found = shown({ "2026-01-01": { a: 1 }, "2026-01-04": { a: 1 }, "2026-01-05": { a: 1 }, "2026-02-10": { a: 4 } });
  assert.deepEqual(found[0], ["2025-12-29", { a: 2 }]);
  assert.deepEqual(found[1], ["2026-01-05", { a: 1 }]);
  assert.deepEqual([found.length, found.at(-1)], [7, ["2026-02-09", { a: 4 }]]);
});

test("years are told by months", () => {
  const found = shown({ "2024-12-31": { a: 1 }, "2026-01-01": { a: 2 } });
  assert.deepEqual([found.length, found[0], found.at(-1)], [14, ["2024-12", { a: 1 }], ["2026-01", { a: 2 }]]);
});

test("nothing is no bar", () => assert.deepEqual(shown({}), []));

test("the smallest groups are put together", () => {
  const found = largest(report({ "2026-01-01": { a: 5, b: 4, c: 3, d: 1 } }), 3);
  assert.deepEqual(found, [{ name: "a", count: 5 }, { name: "b", count: 4 }, { name: "2 others", count: 4 }]);
});
