import type { doctorTexts } from "../../text/doctor";

export type Weight = "ok" | "warning" | "fault";

/** What the server found out about itself. */
export interface Finding {
  check: string;
  weight: Weight;
  code?: string;
  about?: string;
  /** In the server's words. */
  found: string;
  advice?: string;
}

export interface Examination {
  worst: Weight;
  looked_at: string;
  findings: Finding[];
}

type Key = keyof typeof doctorTexts & string;

const codes = ["trunk_refused", "trunk_silent", "trunk_unknown", "number_app", "number_trunk_missing", "number_trunk_down", "number_without_trunk"] as const;
const checks = ["address", "clock", "time", "disk", "descriptors", "certificates", "number", "trunk"] as const;

/** The sentence for it in the person's language; nothing where only the server has one. */
export function sentenceOf({ code }: Finding): Key | null {
  const known = codes.find((one) => one === code);
  return known ? `doctor.${known}` : null;
}

/** What was looked at. */
export function nameOf({ check }: Pick<Finding, "check">): Key | null {
  const known = checks.find((one) => one === check);
  return known ? `doctor.check.${known}` : null;
}

/** What is wrong, the worst first; what a table says already (`apart`) is left out. */
export function wrong(findings: readonly Finding[], apart: string): Finding[] {
  const bad = findings.filter(({ weight, check }) => weight !== "ok" && check !== apart);
  return bad.sort((one, other) => Number(other.weight === "fault") - Number(one.weight === "fault"));
}

/** What was looked at and is as it should be, each once. */
export function fine(findings: readonly Finding[]): string[] {
  const bad = new Set(findings.filter(({ weight }) => weight !== "ok").map(({ check }) => check));
  return [...new Set(findings.map(({ check }) => check))].filter((check) => !bad.has(check));
}
