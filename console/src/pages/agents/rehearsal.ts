import type { Tone } from "../../ui";
import type { TextFault } from "../../yaml/source";
import type { rehearsalTexts } from "../../text/rehearsals";

type Key = keyof typeof rehearsalTexts & string;

/** A caller that is kept. */
export interface Script {
  name: string;
  about: string;
  yaml: string;
  from: "file" | "books";
  runs: boolean;
  faults: TextFault[];
}

export interface Finding {
  check: string;
  line: number | null;
  text: string;
  excerpt: string;
}

export type RowState = "waiting" | "running" | "passed" | "failed" | "left_out";

/** One caller of a run. */
export interface Row {
  name: string;
  about: string;
  state: RowState;
  turns: number | null;
  duration_ms: number | null;
  thinking_ms: number | null;
  longest_thinking_ms: number | null;
  failed: Finding[];
  skipped: Finding[];
  said?: { at_ms: number; who: "caller" | "agent" | "house"; text: string; cut: boolean }[] | null;
}

export interface Run {
  id: string;
  draft: boolean;
  state: "running" | "done" | "stopped" | "out_of_time" | "refused";
  /** Why it was refused. */
  reason?: string | null;
  started_at: string;
  total: number;
  done: number;
  passed: number;
  failed: number;
  rows: Row[];
}

const tones: Record<RowState, Tone> = { waiting: "neutral", running: "accent", passed: "good", failed: "bad", left_out: "warn" };

export const toneOf = (state: RowState): Tone => tones[state];

const checks = ["said", "did_not_say", "tool", "no_tool", "slots", "transferred", "outcome", "max_turns", "max_duration", "latency", "judge", "step", "call"] as const;

/** What a check that failed means, in the person's language; nothing for one that is not known here. */
export function meaningOf({ check }: Pick<Finding, "check">): Key | null {
  const known = checks.find((name) => name === check);
  return known ? `rehearsals.check.${known}` : null;
}

/** What a caller is that nobody has written yet. */
export function blank(agent: string): string {
  return `about: Says hello and goodbye.
agent: ${agent}
caller:
  - Hello
  - Thank you, goodbye
checks:
  - outcome: [done, hung_up]
  - max_turns: 5
`;
}

/** A name that no other caller has. */
export function freeName(taken: readonly string[]): string {
  for (let at = 1; ; at += 1) {
    const name = `caller-${at}`;
    if (!taken.includes(name)) return name;
  }
}

export const isName = (name: string): boolean => /^[a-z0-9_-]{1,64}$/.test(name);
