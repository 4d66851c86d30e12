import { describe, expect, it } from "vitest";
import { bars, summary } from "./latency";
import type { Turn } from "./types";

const turn = (more: Partial<Turn>): Turn => ({
  speech_ended_ms: 0, speculated: false, wasted: 0, interrupted: false, sources: [], ...more,
} as Turn);

describe("the stages of a turn", () => {
  it("follow one another and fill its time", () => {
    const made = bars(turn({ turn_end: 300, first_token: 400, first_clause: 550, first_audio: 150, total: 1_020 }));
    expect(made.map(({ stage, from, to }) => [stage, from, to])).toEqual([
      ["turn_end", 0, 300], ["first_token", 300, 700], ["first_clause", 700, 850], ["first_audio", 850, 1_020],
    ]);
  });
  it("leave out what was thought ahead", () => {
    const made = bars(turn({ turn_end: 300, first_token: 400, first_clause: 550, first_audio: 90, total: 400, speculated: true }));
    expect(made.map(({ stage, to }) => [stage, to])).toEqual([["turn_end", 300], ["first_audio", 400]]);
  });
  it("never reach beyond the whole", () => {
    expect(bars(turn({ turn_end: 900, first_token: 400, total: 500 })).at(-1)?.to).toBe(500);
  });
  it("are none where nothing was measured", () => expect(bars(turn({}))).toEqual([]));
});

it("sums turns up", () => {
  expect(summary([turn({ total: 900 }), turn({ total: 100 }), turn({})])).toEqual({ median: 500, slowest: 900, count: 2 });
  expect(summary([turn({ total: 7 })])).toMatchObject({ median: 7 });
  expect(summary([turn({})])).toBeUndefined();
});
