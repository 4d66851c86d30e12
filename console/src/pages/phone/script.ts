/** What is followed in a call: its points, and which of them are ticked off. */

import type { components } from "../../api/schema";

export type CallScript = components["schemas"]["CallScript"];
export type ScriptStep = CallScript["steps"][number];

export interface Point {
  /** Its place among all points, from 0. */
  readonly at: number;
  readonly text: string;
}

export type Block = { readonly kind: "paragraph"; readonly text: string } | { readonly kind: "points"; readonly points: readonly Point[] };

/** Points that follow one another are one list. */
export function blocksOf(steps: readonly ScriptStep[]): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  for (const { kind, text } of steps) {
    const last = blocks.at(-1);
    if (kind !== "point") blocks.push({ kind: "paragraph", text });
    else if (last?.kind === "points") blocks[blocks.length - 1] = { kind: "points", points: [...last.points, { at: at++, text }] };
    else blocks.push({ kind: "points", points: [{ at: at++, text }] });
  }
  return blocks;
}

/** The points that are ticked off, by call. */
export type Ticks = ReadonlyMap<string, ReadonlySet<number>>;

/** Calls whose ticks are kept, the newest ones. */
export const MOST_CALLS = 20;

/** With one point of a call ticked off, or no more. */
export function ticked(ticks: Ticks, call: string, at: number, done: boolean): Ticks {
  const points = new Set(ticks.get(call));
  if (done) points.add(at);
  else points.delete(at);
  const others = [...ticks].filter(([id]) => id !== call).slice(1 - MOST_CALLS);
  return new Map([...others, [call, points]]);
}
