import { useEffect, useState } from "react";
import { useLive } from "../../api/live";
import { useOwnMember } from "../phone/people";
import type { LiveMessage, SupervisionMode } from "./model";
import { type Parts, answeredOrRinging, asked, told, without } from "./parts";

/** The calls in which one takes part, whichever of them is looked at. */
export function useParts() {
  const [parts, setParts] = useState<Parts>(new Map());
  const own = useOwnMember()?.name;
  useLive((message) => {
    const it = message as unknown as LiveMessage;
    if (it.type === "supervision" && it.member === own) setParts((before) => told(before, it.call, it.mode));
    else if (it.type === "state" && it.state === "ended") setParts((before) => without(before, it.call));
  });
  const ends = [...parts.values()].flatMap(({ ringsUntil }) => ringsUntil ?? []);
  const next = ends.length > 0 ? Math.min(...ends) : undefined;
  useEffect(() => {
    if (next === undefined) return undefined;
    const timer = setTimeout(() => setParts((before) => answeredOrRinging(before, Date.now())), Math.max(0, next - Date.now()) + 50);
    return () => clearTimeout(timer);
  }, [next]);
  return {
    parts,
    ask: (call: string, mode: SupervisionMode) => setParts((before) => asked(before, call, mode, Date.now())),
    leave: (call: string) => setParts((before) => without(before, call)),
  };
}
