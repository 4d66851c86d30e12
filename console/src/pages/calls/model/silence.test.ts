import { describe, expect, it } from "vitest";
import { silences, skipTo } from "./silence";

/** Ten values a second. */
const waveform = (caller: number[], us: number[] = []) => ({ duration_ms: caller.length * 100, per_second: 10, caller, us });
const quiet = (n: number) => Array<number>(n).fill(0);
const loud = (n: number) => Array<number>(n).fill(120);

describe("silence", () => {
  it("is where neither voice is heard for long", () => {
    const spans = silences(waveform([...loud(10), ...quiet(20), ...loud(10)]));
    expect(spans).toEqual([{ from: 1_250, to: 2_750 }]);
  });
  it("is none where the other voice talks", () => {
    expect(silences(waveform(quiet(40), loud(40)))).toEqual([]);
  });
  it("is none where the pause is short", () => {
    expect(silences(waveform([...loud(5), ...quiet(11), ...loud(5)]))).toEqual([]);
    expect(silences(waveform([...loud(5), ...quiet(12), ...loud(5)]))).toHaveLength(1);
  });
  it("reaches to the end of the recording", () => {
    expect(silences(waveform([...loud(10), ...quiet(20)]))).toEqual([{ from: 1_250, to: 2_750 }]);
  });
  it("takes noise for silence and no whisper", () => {
    expect(silences(waveform(Array<number>(20).fill(6)))).toHaveLength(1);
    expect(silences(waveform(Array<number>(20).fill(7)))).toHaveLength(0);
  });
});

it("goes on after silence, and stays where something is heard", () => {
  const spans = [{ from: 1_000, to: 2_000 }];
  expect([999, 1_000, 1_999, 2_000].map((ms) => skipTo(spans, ms))).toEqual([undefined, 2_000, 2_000, undefined]);
});
