import assert from "node:assert/strict";
import { test } from "node:test";
import { type Part, difference } from "../src/review/diff";

const text = (parts: Part[]): string => parts.map((part) => part.text).join("");
const changed = (parts: Part[]): string[] => parts.filter((part) => part.changed).map((part) => part.text);
const kept = (parts: Part[]): string => parts.filter((part) => !part.changed).map((part) => part.text).join("");

/** A small generator of numbers that are the same on every run (mulberry32). */
function numbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % below;
  };
}

test("what stands in both texts is not marked", () => {
  const [before, after] = difference("the red car stops", "the blue car stops here");
  assert.deepEqual(changed(before), ["red"]);
  assert.deepEqual(changed(after), ["blue", " here"]);
});

test("equal texts have no marks", () => {
  for (const same of ["", "a", "C'est  un exemple.", "日本語の文章です", "🙂 ok"]) {
    assert.deepEqual(difference(same, same).map(changed), [[], []]);
  }
});

test("without a machine translation nothing is marked", () => {
  assert.deepEqual(changed(difference("", "tout")[1]), []);
});

test("languages without spaces are compared by words too", () => {
  const [before, after] = difference("私は猫が好きです", "私は犬が好きです");
  assert.deepEqual([changed(before), changed(after)], [["猫"], ["犬"]]);
});

test("a space between two changes belongs to them", () => {
  assert.deepEqual(changed(difference("one two three", "one 2 3")[0]), ["two three"]);
});

test("texts come out as they went in, and what is not marked is a text of both", () => {
  const next = numbers(1);
  const words = ["a", "b", "c", ", ", " ", "  ", ".", "\n"];
  const made = () => Array.from({ length: next(30) }, () => words[next(words.length)]).join("");
  for (let round = 0; round < 500; round++) {
    const [one, other] = [`${made()}x`, made()];
    const [before, after] = difference(one, other);
    assert.equal(text(before), one);
    assert.equal(text(after), other);
    assert.ok(within(kept(before).replace(/\s/g, ""), other));
  }
});

test("texts of a hundred thousand words are told apart without comparing every pair", () => {
  const long = Array.from({ length: 100_000 }, (_, index) => `w${index}`).join(" ");
  const [before] = difference(`a ${long} z`, `b ${long.toUpperCase()} z`);
  assert.equal(kept(before), " z");
});

/** Whether the characters of `part` stand in `whole` in this order. */
function within(part: string, whole: string): boolean {
  let at = 0;
  for (const character of whole) if (character === part[at]) at++;
  return at === part.length;
}
