import { deskTexts } from "../../text/desk";
import { liveTexts } from "../../text/live";
import { useText } from "../../text/useText";
import { Badge, cx, useFormat } from "../../ui";
import { type Call, contactIn, partyOf } from "../contacts/calls";
import { useNow } from "../phone/Line";
import styles from "./Live.module.css";
import type { LiveTalk } from "./model";
import type { Part } from "./parts";

interface CallCardProps {
  call: Call;
  talk?: LiveTalk;
  /** How one takes part in it. */
  part: Part | undefined;
  isShown: boolean;
  onChoose: () => void;
}

/** A running call with its last words. */
export function CallCard({ call, talk, part, isShown, onChoose }: CallCardProps) {
  const t = useText(liveTexts);
  const tDesk = useText(deskTexts);
  const { phone } = useFormat();
  const number = partyOf(call);
  const last = talk?.lines.at(-1);
  const words = talk?.partial.caller ?? talk?.partial.us ?? last?.text;
  return (
    <button type="button" className={cx(styles.card, isShown && styles.shown, talk?.over && styles.over)} aria-pressed={isShown} onClick={onChoose}>
      <span className={styles.cardHead}>
        <strong className="numbers">{contactIn(call)?.name ?? (number === null ? tDesk("desk.withheld") : phone(number))}</strong>
        <Length call={call} over={talk?.over} />
      </span>
      <span className={styles.cardHead}>
        <StateBadge call={call} talk={talk} />
        {part && !talk?.over && <Badge tone="accent">{t(`live.${part.mode}`)}</Badge>}
        <small>{appOf(call, t)}</small>
      </span>
      {words && <span className={styles.words}>{words}</span>}
    </button>
  );
}

export function StateBadge({ call, talk }: { call: Call; talk?: LiveTalk }) {
  const t = useText(liveTexts);
  const tDesk = useText(deskTexts);
  if (talk?.over) return <Badge>{t("live.over")}</Badge>;
  if (talk?.bridged) return <Badge tone="accent" dot="live">{t("live.bridged")}</Badge>;
  return (
    <Badge tone={call.state === "ringing" ? "warn" : "good"} dot="live">
      {tDesk(call.state === "ringing" ? "desk.state.ringing" : "desk.state.active")}
    </Badge>
  );
}

/** What talks in a call: an agent or a flow. */
export function appOf(call: Call, t: (key: "live.agent" | "live.flow", values: { name: string }) => string): string {
  if (call.agent) return t("live.agent", { name: call.agent });
  return call.flow ? t("live.flow", { name: call.flow }) : "";
}

export function Length({ call, over }: { call: Call; over?: boolean }) {
  const { clock } = useFormat();
  const now = useNow(!over);
  return <span className={`${styles.length} numbers`}>{clock(now - Date.parse(call.answered_at ?? call.started_at))}</span>;
}
