import { expect, it } from "vitest";
import { MOST_CALLS, type ScriptStep, type Ticks, blocksOf, ticked } from "./script";

const paragraph = (text: string): ScriptStep => ({ kind: "paragraph", text });
const point = (text: string): ScriptStep => ({ kind: "point", text });

it("makes one list of points that follow one another, and counts them through", () => {
  expect(blocksOf([paragraph("Hello"), point("a"), point("b"), paragraph("Then"), point("c")])).toEqual([
    { kind: "paragraph", text: "Hello" },
    { kind: "points", points: [{ at: 0, text: "a" }, { at: 1, text: "b" }] },
    { kind: "paragraph", text: "Then" },
    { kind: "points", points: [{ at: 2, text: "c" }] },
  ]);
});

it("keeps what is ticked off by call", () => {
  const first = ticked(new Map(), "call_1", 2, true);
  const both = ticked(ticked(first, "call_2", 0, true), "call_1", 0, true);
  expect([...(both.get("call_1") ?? [])].sort()).toEqual([0, 2]);
  expect([...(ticked(both, "call_1", 2, false).get("call_1") ?? [])]).toEqual([0]);
  expect([...(both.get("call_2") ?? [])]).toEqual([0]);
  expect(first.get("call_1")?.size).toBe(1);
});

it("forgets those of the oldest calls", () => {
  let ticks: Ticks = new Map();
  for (let call = 0; call <= MOST_CALLS; call++) ticks = ticked(ticks, `call_${call}`, 0, true);
  expect([ticks.size, ticks.has("call_0"), ticks.has("call_1")]).toEqual([MOST_CALLS, false, true]);
});
