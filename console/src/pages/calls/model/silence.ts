import type { Waveform } from "./types";

/** From when to when, ms from the recording's first sample. */
export interface Span {
  from: number;
  to: number;
}

interface Options {
  /** What is at most so loud is silence, 0 to 255. */
  loudest?: number;
  /** Shorter pauses are part of talking. */
  shortest_ms?: number;
  /** So much is left of it at each end. */
  margin_ms?: number;
}

/** Where nobody is heard. What is skipped leaves a little of itself, so that it still sounds like talking. */
export function silences(waveform: Waveform, options: Options = {}): Span[] {
  const { loudest = 6, shortest_ms = 1_200, margin_ms = 250 } = options;
  const step = 1_000 / Math.max(1, waveform.per_second);
  const count = Math.max(waveform.caller.length, waveform.us.length);
  const spans: Span[] = [];
  let since: number | undefined;
  for (let i = 0; i <= count; i++) {
    const quiet = i < count && Math.max(waveform.caller[i] ?? 0, waveform.us[i] ?? 0) <= loudest;
    if (quiet) {
      since ??= i;
    } else if (since !== undefined) {
      const [from, to] = [since * step, i < count ? i * step : Math.max(i * step, waveform.duration_ms)];
      if (to - from >= shortest_ms) spans.push({ from: from + margin_ms, to: to - margin_ms });
      since = undefined;
    }
  }
  return spans;
}

/** Where to go on when silence is skipped; `undefined`: something is heard here. */
export function skipTo(spans: readonly Span[], ms: number): number | undefined {
  return spans.find(({ from, to }) => from <= ms && ms < to)?.to;
}
