import { useQueryClient } from "@tanstack/react-query";
import { PhoneMissed } from "lucide-react";
import { Link } from "react-router";
import { useLive } from "../../api/live";
import { useRows } from "../../api/query";
import { deskTexts } from "../../text/desk";
import { useText } from "../../text/useText";
import { voicemailsTexts } from "../../text/voicemails";
import { Empty, ErrorNote, Loading, More, Panel, useFormat } from "../../ui";
import { type Call, contactIn, partyOf, useOutcome } from "../contacts/calls";
import { CallBack } from "./CallBack";
import { Who } from "./Messages";
import styles from "./Voicemails.module.css";

/** Calls to us that nobody took: those that were never answered, and those who hung up before they got anywhere. */
export function Missed() {
  const t = useText(voicemailsTexts);
  const client = useQueryClient();
  const missed = useRows<Call>("/v1/calls", { direction: "inbound", outcome: "missed" });
  const abandoned = useRows<Call>("/v1/calls", { direction: "inbound", outcome: "abandoned" });
  useLive((message) => {
    if (message.type === "missed" || message["state"] === "filed") void client.invalidateQueries({ queryKey: ["/v1/calls"] });
  });
  const lists = [missed, abandoned];
  const error = missed.error ?? abandoned.error;
  const calls = lists.flatMap(({ rows }) => rows).sort((one, other) => other.started_at.localeCompare(one.started_at));
  const loading = lists.some(({ isLoading }) => isLoading);
  if (error) return <ErrorNote error={error} onRetry={() => lists.forEach(({ retry }) => retry())} />;
  if (loading) return <Loading />;
  if (calls.length === 0) return <Empty icon={PhoneMissed} title={t("voicemails.missed_empty")} />;
  return (
    <Panel flush>
      <ul className={styles.list}>
        {calls.map((call) => (
          <li key={call.id}>
            <MissedRow call={call} outcome={missed.rows.includes(call) ? "missed" : "abandoned"} />
          </li>
        ))}
      </ul>
      {lists.some(({ hasMore }) => hasMore) && (
        <More isLoading={lists.some(({ isLoadingMore }) => isLoadingMore)} onMore={() => lists.forEach(({ hasMore, more }) => hasMore && more())}>
          {t("voicemails.missed")}
        </More>
      )}
    </Panel>
  );
}

function MissedRow({ call, outcome }: { call: Call; outcome: string }) {
  const t = useText(deskTexts);
  const { short } = useFormat();
  const words = useOutcome();
  const contact = contactIn(call);
  return (
    <div className={styles.row}>
      <PhoneMissed size={16} aria-hidden className={styles.bad} />
      <span className={styles.grow}>
        <Who number={partyOf(call)} contact={contact?.id} name={contact?.name} />
        <span className={styles.muted}>
          {words(outcome)} · <time dateTime={call.started_at}>{short(call.started_at)}</time>
        </span>
      </span>
      <Link to={`/calls/${call.id}`} className={styles.link}>
        {t("desk.open_call")}
      </Link>
      <CallBack number={partyOf(call)} />
    </div>
  );
}
