import assert from "node:assert/strict";
import { test } from "node:test";
import { HELP, actionOf } from "../src/review/keys";

const ACTIONS = Object.fromEntries([..."jkareux?", "ArrowDown", "ArrowUp", "Escape"].map((key) => [key, () => undefined]));

const acts = (key: string, event: Partial<KeyboardEvent> = {}) => actionOf({ key, ...event } as KeyboardEvent, ACTIONS) !== undefined;

test("a key that is held moves on, but decides once", () => {
  for (const key of ["j", "k", "ArrowDown", "ArrowUp"]) assert.ok(acts(key, { repeat: true }), key);
  for (const key of ["a", "r", "u", "x", "e", "?", "Escape"]) {
    assert.ok(acts(key), key);
    assert.ok(!acts(key, { repeat: true }), key);
  }
});

test("keys of the browser's own are left to it", () => {
  for (const held of ["ctrlKey", "metaKey", "altKey"]) assert.ok(!acts("a", { [held]: true }), held);
  assert.ok(!acts("z"));
});

test("every key of the list has an action", () => {
  const named = HELP.flatMap(([keys]) => keys.split(" or ")).map((key) => ({ "↓": "ArrowDown", "↑": "ArrowUp", Esc: "Escape" })[key] ?? key);
  for (const key of named) assert.ok(acts(key), key);
});
