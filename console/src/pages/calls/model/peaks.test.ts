import { expect, it } from "vitest";
import { peaksOf } from "./peaks";

const waveform = (caller: number[], us: number[]) => ({ duration_ms: 1_000, per_second: 10, caller, us });

it("draws both voices by one measure", () => {
  const [caller, us] = peaksOf(waveform([0, 200], [50, 0]));
  expect(caller).toEqual([0, 1]);
  expect(us).toEqual([0.5, 0]);
});

it("leaves a quiet call quiet", () => {
  const [caller] = peaksOf(waveform([12], [0]));
  expect(caller[0]).toBeCloseTo(0.5);
});
