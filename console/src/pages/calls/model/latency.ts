import type { Turn } from "./types";

export type Stage = "turn_end" | "first_token" | "first_clause" | "first_audio";

export interface Bar {
  stage: Stage;
  /** ms after the end of the caller's speech. */
  from: number;
  to: number;
}

/** From here on a caller notices that he waits, ms. */
export const SLOW_MS = 1_500;

/**
 * The stages of a turn one after the other. An answer that was prepared ahead was thought of before the turn was over:
 * its thinking is not waited for, and no bar stands for it.
 */
export function bars(turn: Turn): Bar[] {
  const total = turn.total ?? undefined;
  const made: Bar[] = [];
  let at = 0;
  const add = (stage: Stage, ms: number | null | undefined) => {
    if (!ms || ms <= 0) return;
    const to = Math.min(at + ms, total ?? Infinity);
    if (to > at) made.push({ stage, from: at, to });
    at = to;
  };
  add("turn_end", turn.turn_end);
  if (!turn.speculated) {
    add("first_token", turn.first_token);
    add("first_clause", (turn.first_clause ?? 0) - (turn.first_token ?? 0));
  }
  // What is left until the first sound is the voice's.
  add("first_audio", total === undefined ? turn.first_audio : total - at);
  return made;
}

/** The middle of the totals and the slowest, ms; `undefined` where no turn has one. */
export function summary(turns: readonly Turn[]): { median: number; slowest: number; count: number } | undefined {
  const totals = turns.flatMap(({ total }) => (typeof total === "number" ? [total] : [])).sort((a, b) => a - b);
  const slowest = totals.at(-1);
  if (slowest === undefined) return undefined;
  const [low, high] = [totals[(totals.length - 1) >> 1] ?? 0, totals[totals.length >> 1] ?? 0];
  return { median: Math.round((low + high) / 2), slowest, count: totals.length };
}
