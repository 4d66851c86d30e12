import { describe, expect, it } from "vitest";
import type { Line } from "./types";
import { correctedWords, lineAt, neighbour, wordAt, wordsOf } from "./words";

const line = (seq: number, from_ms: number, text: string, more: Partial<Line> = {}): Line => ({
  seq, speaker: "caller", from_ms, to_ms: from_ms + 1_000, text, words: [], cut: false, ...more,
});
const timed = line(1, 1_000, "I would like an appointment", {
  to_ms: 3_000,
  words: [
    { text: "I", from_ms: 1_000, to_ms: 1_100 },
    { text: "would", from_ms: 1_150, to_ms: 1_400 },
    { text: "like", from_ms: 1_400, to_ms: 1_700 },
    { text: "an", from_ms: 2_200, to_ms: 2_300 },
    { text: "appointment", from_ms: 2_300, to_ms: 3_000 },
  ],
});

describe("the word at a time", () => {
  it("is the one that is heard", () => {
    expect([999, 1_000, 1_149, 1_150, 1_399, 1_400, 2_999].map((ms) => wordAt(timed.words, ms))).toEqual([-1, 0, 0, 1, 1, 2, 4]);
  });
  it("glows a moment into a pause, and no longer", () => {
    expect(wordAt(timed.words, 1_900)).toBe(2);
    expect(wordAt(timed.words, 2_000)).toBe(-1);
    expect(wordAt(timed.words, 3_400)).toBe(-1);
  });
  it("is none where there are none", () => expect(wordAt([], 5)).toBe(-1));
});

it("spreads words over a line whose words were not measured", () => {
  const words = wordsOf(line(1, 0, "no  yes", { to_ms: 700 }));
  expect(words.map(({ text }) => text)).toEqual(["no", "yes"]);
  expect(words[0]).toMatchObject({ from_ms: 0, to_ms: 300 });
  expect(words[1]).toMatchObject({ from_ms: 300, to_ms: 700 });
});

describe("a corrected line", () => {
  it("keeps the times of what was heard as well", () => {
    const corrected = correctedWords({ ...timed, corrected: { text: "I would love an appointment", at: "" } });
    expect(corrected.map(({ text }) => text)).toEqual(["I", "would", "love", "an", "appointment"]);
    expect(corrected[3]).toEqual({ text: "an", from_ms: 2_200, to_ms: 2_300 });
    // Between `would` and `an`.
    expect(corrected[2]).toMatchObject({ from_ms: 1_400, to_ms: 2_200 });
  });
  it("does not mind letters' case and stops", () => {
    const corrected = correctedWords({ ...timed, corrected: { text: "i WOULD like an appointment, please.", at: "" } });
    expect(corrected[4]).toMatchObject({ text: "appointment,", from_ms: 2_300 });
    expect(corrected[5]).toMatchObject({ text: "please.", from_ms: 3_000, to_ms: 3_000 });
  });
  it("is in the order of its times", () => {
    const corrected = correctedWords({ ...timed, corrected: { text: "appointment an like would I", at: "" } });
    const starts = corrected.map(({ from_ms }) => from_ms);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
  });
});

it("finds the line that began last", () => {
  const lines = [line(1, 0, "a"), line(2, 2_000, "b"), line(3, 2_500, "c")];
  expect(lineAt(lines, 2_600)?.seq).toBe(3);
  expect(lineAt(lines, 2_400)?.seq).toBe(2);
  expect(lineAt(lines, -1)).toBeUndefined();
});

it("goes from word to word", () => {
  expect(neighbour([timed], 1_000, 1)).toBe(1_150);
  expect(neighbour([timed], 1_500, -1)).toBe(1_150);
  expect(neighbour([timed], 2_900, 1)).toBeUndefined();
});
