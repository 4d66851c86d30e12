import { Frown, Meh, PhoneIncoming, PhoneMissed, PhoneOutgoing, Smile, type LucideIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { callsTexts } from "../../text/calls";
import { useText } from "../../text/useText";
import { Badge, cx, type Tone } from "../../ui";
import styles from "./shared.module.css";
import type { Call, ContactRef, Mood } from "./model/types";

export const useCallsText = () => useText(callsTexts);

export function contactOf(contact: ContactRef): { id: string; name?: string | null } | undefined {
  return typeof contact === "string" ? { id: contact } : (contact ?? undefined);
}

/** The number or the address of the other party. */
export function otherParty(call: Pick<Call, "direction" | "from" | "to">): string | null | undefined {
  return call.direction === "outbound" ? call.to : call.from;
}

/** Nobody was there: it rang, and was never answered. */
export function isMissed(call: Pick<Call, "state" | "answered_at">): boolean {
  return call.state === "ended" && !call.answered_at;
}

interface DirectionIconProps {
  call: Pick<Call, "direction" | "state" | "answered_at">;
  isSmall?: boolean;
}

/** An icon for which way a call went. */
export function DirectionIcon({ call, isSmall }: DirectionIconProps) {
  const t = useCallsText();
  const [Icon, label, tone]: [LucideIcon, string, string | undefined] = isMissed(call)
    ? [PhoneMissed, t(call.direction === "outbound" ? "outcome.not_reached" : "calls.missed"), styles.missed]
    : call.direction === "outbound"
      ? [PhoneOutgoing, t("calls.outbound"), styles.outbound]
      : [PhoneIncoming, t("calls.inbound"), styles.inbound];
  return (
    <span className={cx(styles.direction, tone, isSmall && styles.small)} role="img" aria-label={label} title={label}>
      <Icon size={isSmall ? 13 : 16} aria-hidden />
    </span>
  );
}

const outcomeTones: Record<string, Tone> = {
  appointment_booked: "good",
  appointment_moved: "good",
  survey_answered: "good",
  answered: "neutral",
  transferred: "accent",
  ticket_created: "accent",
  message_taken: "accent",
  voicemail: "accent",
  callback_requested: "warn",
  appointment_cancelled: "warn",
  abandoned: "warn",
  opted_out: "bad",
  missed: "bad",
  not_reached: "neutral",
};

/** What came of a call, in words. One that we do not know is shown as it is. */
export function useOutcomeText(): (outcome: string) => string {
  const t = useCallsText();
  return (outcome) => {
    const key = `outcome.${outcome}`;
    return key in callsTexts ? t(key as keyof typeof callsTexts) : outcome.replaceAll("_", " ");
  };
}

export const outcomes = Object.keys(outcomeTones);

export function OutcomeBadge({ outcome }: { outcome: string }) {
  const text = useOutcomeText();
  return <Badge tone={outcomeTones[outcome] ?? "neutral"}>{text(outcome)}</Badge>;
}

const moodIcons: Record<Mood, LucideIcon> = { positive: Smile, neutral: Meh, negative: Frown };

export function MoodIcon({ mood, isNamed }: { mood: Mood; isNamed?: boolean }) {
  const t = useCallsText();
  const Icon = moodIcons[mood];
  const label = t(`calls.mood.${mood}`);
  return (
    <span className={`${styles.mood} ${styles[mood]}`} title={label}>
      <Icon size={16} aria-hidden={isNamed} aria-label={isNamed ? undefined : label} role={isNamed ? undefined : "img"} />
      {isNamed && label}
    </span>
  );
}

/** From which of the three a sentiment of -1 to 1 is. */
export function moodOf(sentiment: number | null | undefined): Mood | undefined {
  if (sentiment === null || sentiment === undefined) return undefined;
  return sentiment > 0.25 ? "positive" : sentiment < -0.25 ? "negative" : "neutral";
}

/** The time, each second; stands still where nothing runs. */
export function useNow(isRunning: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}

/** How long a call has talked, ms; `undefined` where it has not. */
export function lengthOf(call: Pick<Call, "state" | "answered_at" | "duration_ms">, now: number): number | undefined {
  if (call.state === "active" && call.answered_at) return now - Date.parse(call.answered_at);
  return call.duration_ms ?? undefined;
}
