/** The calls in which one takes part beside others: listening, whispering or joined. */

import type { SupervisionMode } from "./model";

/** How one takes part in a call. */
export interface Part {
  readonly mode: SupervisionMode;
  /** Until then one's phone rings; nothing once it was answered. */
  readonly ringsUntil?: number;
}

export type Parts = ReadonlyMap<string, Part>;

/** A phone that nobody has answered for so long does not ring any more, ms. */
const RINGS_MS = 60_000;

/** One's phone was asked to ring for a call, or the way one takes part was changed. */
export function asked(parts: Parts, call: string, mode: SupervisionMode, now: number): Parts {
  // Whoever takes over talks with the caller, and watches no more.
  if (mode === "take_over") return without(parts, call);
  const before = parts.get(call);
  const part = before && before.ringsUntil === undefined ? { mode } : { mode, ringsUntil: now + RINGS_MS };
  return new Map(parts).set(call, part);
}

/** The server tells how one takes part in a call now; `null`: no more. */
export function told(parts: Parts, call: string, mode: SupervisionMode | null): Parts {
  if (mode === null || mode === "take_over") return without(parts, call);
  return new Map(parts).set(call, { mode });
}

export function without(parts: Parts, call: string): Parts {
  return parts.has(call) ? new Map([...parts].filter(([id]) => id !== call)) : parts;
}

/** Without the calls for which the phone has rung in vain. */
export function answeredOrRinging(parts: Parts, now: number): Parts {
  const left = [...parts].filter(([, { ringsUntil }]) => ringsUntil === undefined || ringsUntil > now);
  return left.length === parts.size ? parts : new Map(left);
}
