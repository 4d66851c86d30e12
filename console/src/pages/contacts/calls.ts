/** Calls as lists of the desk show them. */

import type { components } from "../../api/schema";
import { deskTexts } from "../../text/desk";
import { useText } from "../../text/useText";

type Whole = components["schemas"]["Call"];

/** What lists, timelines and single calls all tell of a call. */
export type Call = Pick<
  Whole,
  "id" | "direction" | "from" | "to" | "number" | "member" | "flow" | "agent" | "state" | "started_at" | "answered_at" | "ended_at" | "duration_ms" | "transcript"
> & {
  /** In lists with its name; alone where a call is shown by itself. */
  contact?: string | { id: string; name?: string | null } | null;
  contact_name?: string | null;
  summary?: string | null;
  outcome?: string | null;
};

/** The contact of a call, with its name where that is told. */
export function contactIn({ contact, contact_name }: Pick<Call, "contact" | "contact_name">): { id: string; name?: string | null } | undefined {
  return typeof contact === "string" ? { id: contact, name: contact_name } : (contact ?? undefined);
}

/** The number or address of the other party; null where it was withheld. */
export function partyOf(call: Pick<Call, "direction" | "from" | "to">): string | null {
  return (call.direction === "inbound" ? call.from : call.to) ?? null;
}

/** What came of a call or an attempt, in words; a word of the business's own stays as it is. */
export function useOutcome(): (outcome: string) => string {
  const t = useText(deskTexts);
  return (outcome) => {
    const key = `desk.outcome.${outcome}`;
    return key in deskTexts ? t(key as keyof typeof deskTexts) : outcome.replaceAll("_", " ");
  };
}
