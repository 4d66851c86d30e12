import { Bot, User, Workflow } from "lucide-react";
import { useMemo } from "react";
import { Badge, useFormat, type Column } from "../../../ui";
import type { Call } from "../model/types";
import { contactOf, DirectionIcon, lengthOf, MoodIcon, OutcomeBadge, otherParty, useCallsText, useNow } from "../shared";
import styles from "./ListPage.module.css";

function Who({ call }: { call: Call }) {
  const t = useCallsText();
  const format = useFormat();
  const party = otherParty(call);
  const number = party ? format.phone(party) : t("calls.withheld");
  const name = contactOf(call.contact)?.name;
  return (
    <span className={styles.who}>
      <DirectionIcon call={call} />
      <span className={styles.names}>
        <span className={name ? styles.name : `${styles.name} numbers`}>{name || number}</span>
        {name && <span className={`${styles.number} numbers`}>{number}</span>}
      </span>
    </span>
  );
}

function About({ call }: { call: Call }) {
  return (
    <>
      {call.summary && <span className={styles.about}>{call.summary}</span>}
      {call.tags && call.tags.length > 0 && (
        <span className={styles.tags}>
          {call.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </span>
      )}
    </>
  );
}

function Outcome({ call }: { call: Call }) {
  const t = useCallsText();
  if (call.state !== "ended") {
    return (
      <Badge tone="accent" dot="live">
        {t(call.state === "ringing" ? "calls.ringing" : "calls.active")}
      </Badge>
    );
  }
  return (
    <span className={styles.outcome}>
      {call.outcome && <OutcomeBadge outcome={call.outcome} />}
      {call.sentiment && call.sentiment !== "neutral" && <MoodIcon mood={call.sentiment} />}
    </span>
  );
}

/** Who spoke for us. */
export function HandledBy({ call }: { call: Pick<Call, "agent" | "member" | "flow"> }) {
  const by = [
    { Icon: Bot, name: call.agent },
    { Icon: User, name: call.member },
    { Icon: Workflow, name: call.flow },
  ].find(({ name }) => name);
  if (!by) return null;
  return (
    <span className={styles.by}>
      <by.Icon size={15} aria-hidden />
      {by.name}
    </span>
  );
}

export function useColumns(rows: Call[]): Column<Call>[] {
  const t = useCallsText();
  const format = useFormat();
  const now = useNow(rows.some(({ state }) => state === "active"));
  return useMemo(() => {
    const length = (call: Call) => {
      const ms = lengthOf(call, now);
      return ms === undefined ? "" : <span className="numbers">{format.clock(ms)}</span>;
    };
    return [
      { id: "who", label: t("calls.who"), cell: (call) => <Who call={call} />, width: "24%" },
      { id: "what", label: t("calls.what"), cell: (call) => <About call={call} />, isMinor: true },
      { id: "outcome", label: t("calls.outcome"), cell: (call) => <Outcome call={call} /> },
      { id: "by", label: t("calls.handled"), cell: (call) => <HandledBy call={call} />, isMinor: true },
      { id: "length", label: t("calls.length"), cell: length, align: "end" },
      {
        id: "when",
        label: t("calls.when"),
        align: "end",
        cell: (call) => (
          <time dateTime={call.started_at} title={format.dateTimeExact(call.started_at)} className={styles.when}>
            {format.short(call.started_at)}
          </time>
        ),
      },
    ];
  }, [t, format, now]);
}
