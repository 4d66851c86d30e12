import { useEffect, useState } from "react";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Badge, useFormat } from "../../ui";
import { type PhoneLine, isLive } from "./machine";
import styles from "./Phone.module.css";

/** Now, in ms, anew every second while `runs`. */
export function useNow(runs: boolean): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!runs) return undefined;
    const timer = setInterval(() => setNow(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, [runs]);
  return now;
}

/** Who is at the other end, as one says it. */
export function usePartyName(): (line: Pick<PhoneLine, "name" | "number">) => string {
  const t = useText(phoneTexts);
  const { phone } = useFormat();
  return ({ name, number }) => {
    if (name && name !== number) return name;
    return number === "" || number === "anonymous" ? t("phone.withheld") : phone(number);
  };
}

/** What is going on on a line, in words. */
export function useLineState(): (line: PhoneLine) => string {
  const t = useText(phoneTexts);
  return (line) => {
    if (line.phase === "ended") {
      const own = line.ending === "cancelled" && line.direction === "out";
      return t(own ? "phone.ending.cancelled_out" : `phone.ending.${line.ending ?? "normal"}`);
    }
    if (line.held) return t("phone.phase.held");
    if (line.phase === "calling" && line.ringsThere) return t("phone.phase.rings_there");
    return t(`phone.phase.${line.phase}`);
  };
}

/** Name, state and length of a call. */
export function LineHead({ line, title: Title = "h2" }: { line: PhoneLine; title?: "h2" | "h3" | "span" }) {
  const t = useText(phoneTexts);
  const party = usePartyName();
  const state = useLineState();
  const { clock, phone } = useFormat();
  const now = useNow(line.phase === "talking");
  const length = line.answeredAt === undefined ? undefined : (line.endedAt ?? now) - line.answeredAt;
  const name = party(line);
  const number = phone(line.number);
  return (
    <div className={styles.lineHead}>
      <div className={styles.lineWho}>
        <Title className={styles.party}>{name}</Title>
        {name !== number && <span className={`${styles.number} numbers`}>{number}</span>}
      </div>
      <div className={styles.lineState}>
        {line.consultFor !== undefined && <Badge>{t("phone.consulting")}</Badge>}
        <Badge tone={toneOf(line)} dot={isLive(line) && !line.held ? "live" : undefined}>
          {state(line)}
        </Badge>
        {length !== undefined && (
          <span className="numbers" role="timer" aria-live="off">
            {clock(length)}
          </span>
        )}
      </div>
    </div>
  );
}

function toneOf(line: PhoneLine) {
  if (line.phase === "ended") return line.ending === "normal" || line.ending === "transferred" ? "neutral" : "bad";
  if (line.held) return "warn";
  return line.phase === "talking" ? "good" : "accent";
}
