/** Which word is heard when. All times are ms from the answer of the call. */
import type { Line, Word } from "./types";

/** A pause within a line does not put out its last word at once. */
const AFTERGLOW_MS = 250;

/** The words of a text, spread over a time by their length where nobody measured them. */
function spread(text: string, from: number, to: number): Word[] {
  const parts = text.split(/\s+/).filter(Boolean);
  const whole = parts.reduce((sum, part) => sum + part.length + 1, 0) || 1;
  const span = Math.max(0, to - from);
  let before = 0;
  return parts.map((part) => {
    const start = from + (span * before) / whole;
    before += part.length + 1;
    return { text: part, from_ms: Math.round(start), to_ms: Math.round(from + (span * before) / whole) };
  });
}

/** The words of a line as they were heard. */
export function wordsOf(line: Line): Word[] {
  return line.words.length > 0 ? line.words : spread(line.text, line.from_ms, line.to_ms);
}

const plain = (word: string) => word.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");

/** For each of `a` the place of the same in `b`, or -1: the longest sequence that both have. */
function matches(a: string[], b: string[]): number[] {
  const length = Array.from({ length: a.length + 1 }, () => new Uint16Array(b.length + 1));
  const at = (i: number, j: number) => length[i]?.[j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) {
      const row = length[i] as Uint16Array;
      row[j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
    }
  }
  const found: number[] = a.map(() => -1);
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (a[i] === b[j]) found[i++] = j++;
    else if (at(i + 1, j) >= at(i, j + 1)) i++;
    else j++;
  }
  return found;
}

/**
 * The words of a corrected text with times: what was heard as well keeps its time, what lies between is spread over
 * what lies between.
 */
export function correctedWords(line: Line): Word[] {
  const heard = wordsOf(line);
  const text = (line.corrected?.text ?? line.text).split(/\s+/).filter(Boolean);
  const same = matches(text.map(plain), heard.map(({ text }) => plain(text)));
  const words: Word[] = [];
  for (let i = 0; i < text.length; ) {
    const match = heard[same[i] ?? -1];
    if (match) {
      words.push({ ...match, text: text[i++] ?? "" });
      continue;
    }
    const first = i;
    while (i < text.length && (same[i] ?? -1) < 0) i++;
    const next = heard[same[i] ?? -1];
    words.push(...spread(text.slice(first, i).join(" "), words.at(-1)?.to_ms ?? line.from_ms, next?.from_ms ?? line.to_ms));
  }
  return words;
}

/** The word that is heard at a moment: its place in the line, or -1. */
export function wordAt(words: readonly Word[], ms: number): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((words[middle]?.from_ms ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  const word = words[low - 1];
  const next = words[low];
  if (!word) return -1;
  const end = Math.min(word.to_ms + AFTERGLOW_MS, next?.from_ms ?? Infinity);
  return ms < Math.max(end, word.to_ms) ? low - 1 : -1;
}

/** The line that is heard at a moment, the one that began last; or the last one before it. */
export function lineAt(lines: readonly Line[], ms: number): Line | undefined {
  let found: Line | undefined;
  for (const line of lines) {
    if (line.from_ms <= ms && (!found || line.from_ms >= found.from_ms)) found = line;
  }
  return found;
}

/** The beginning of the next word of all lines after a moment, or of the one before it. */
export function neighbour(lines: readonly Line[], ms: number, step: 1 | -1): number | undefined {
  const starts = lines.flatMap((line) => wordsOf(line).map(({ from_ms }) => from_ms)).sort((a, b) => a - b);
  // Going back from within a word goes to the one before, not to its own beginning.
  return step > 0 ? starts.find((start) => start > ms + 1) : starts.findLast((start) => start < ms - AFTERGLOW_MS);
}
