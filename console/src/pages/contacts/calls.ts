/** Calls as lists of the desk show them. */

import type { components } from "../../api/schema";
import { deskTexts } from "../../text/desk";
import { useText } from "../../text/useText";

export type Call = components["schemas"]["Call"];

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
