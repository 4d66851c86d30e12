import type { Waveform } from "./types";

/** Even a whole call that is quiet is not drawn as loud as a loud one. */
const QUIETEST = 48;

/** Both voices from 0 to 1, drawn by one measure; what is quiet is lifted a little, so that it can be seen. */
export function peaksOf(waveform: Waveform): [number[], number[]] {
  let loudest = QUIETEST;
  for (const voice of [waveform.caller, waveform.us]) for (const value of voice) loudest = Math.max(loudest, value);
  const lift = (value: number) => Math.sqrt(Math.max(0, value) / loudest);
  return [waveform.caller.map(lift), waveform.us.map(lift)];
}
