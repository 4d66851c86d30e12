import { RefreshCw } from "lucide-react";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Badge, ErrorNote, Facts, IconButton, Panel, Skeleton, useFormat, useToast } from "../../../ui";
import type { Insights } from "../model/types";
import { MoodIcon, moodOf, OutcomeBadge } from "../shared";
import { useAfterCall, useSummariseAgain } from "./queries";
import styles from "./CallPage.module.css";

interface SummaryProps {
  id: string;
  isEnded: boolean;
  mayChange: boolean;
}

/** What the call was about and what came of it. */
export function Summary({ id, isEnded, mayChange }: SummaryProps) {
  const t = useText(callTexts);
  const toast = useToast();
  const after = useAfterCall(id, isEnded);
  const again = useSummariseAgain(id);
  const isDone = after.data?.state === "done" || after.data?.state === "failed";
  const button = mayChange && isDone && (
    <IconButton
      label={t("call.summary.again")}
      icon={RefreshCw}
      size="small"
      isDisabled={again.isPending}
      onPress={() => again.mutate(undefined as never, { onSuccess: () => toast.good(t("call.summary.again.done")) })}
    />
  );
  return (
    <Panel title={t("call.summary")} actions={button}>
      {after.error ? (
        <ErrorNote error={after.error} onRetry={() => void after.refetch()} />
      ) : !isEnded ? (
        <p className={styles.quiet}>{t("call.summary.none")}</p>
      ) : after.isPending ? (
        <Skeleton />
      ) : after.data.insights ? (
        <Made insights={after.data.insights as Insights & More} />
      ) : (
        <p className={styles.quiet}>
          {t(after.data.state === "failed" ? "call.summary.failed" : "call.summary.waiting")}
        </p>
      )}
    </Panel>
  );
}

/** What stands beside the summary. */
interface More {
  fields?: Record<string, unknown> | null;
  lead?: Record<string, unknown> | null;
  follow_ups?: { kind?: string; text?: string; due?: string | null }[] | null;
}

function Made({ insights }: { insights: Insights & More }) {
  const t = useText(callTexts);
  const format = useFormat();
  const mood = moodOf(insights.sentiment);
  const values = (of: Record<string, unknown> | null | undefined) =>
    Object.entries(of ?? {})
      .filter(([, value]) => value !== null && value !== "")
      .map(([label, value]) => ({ label: label.replaceAll("_", " "), value: typeof value === "object" ? JSON.stringify(value) : String(value) }));
  const [fields, lead] = [values(insights.fields), values(insights.lead)];
  return (
    <div className={styles.summary}>
      <div className={styles.badges}>
        <OutcomeBadge outcome={insights.outcome} />
        {mood && <MoodIcon mood={mood} isNamed />}
        {typeof insights.score === "number" && (
          <Badge tone="accent">
            {t("call.lead")} {format.number(insights.score)}/100
          </Badge>
        )}
      </div>
      <p className={styles.prose}>{insights.summary}</p>
      {insights.topics.length > 0 && (
        <div>
          <h3 className={styles.label}>{t("call.topics")}</h3>
          <div className={styles.badges}>
            {insights.topics.map((topic) => (
              <Badge key={topic}>{topic}</Badge>
            ))}
          </div>
        </div>
      )}
      {fields.length > 0 && (
        <div>
          <h3 className={styles.label}>{t("call.fields")}</h3>
          <Facts items={fields} />
        </div>
      )}
      {lead.length > 0 && (
        <div>
          <h3 className={styles.label}>{t("call.lead")}</h3>
          <Facts items={lead} />
        </div>
      )}
      {insights.follow_ups && insights.follow_ups.length > 0 && (
        <div>
          <h3 className={styles.label}>{t("call.follow_ups")}</h3>
          <ul className={styles.todo}>
            {insights.follow_ups.map((item, index) => (
              <li key={index}>
                {item.text ?? item.kind} {item.due && <Badge tone="warn">{format.dateTime(item.due)}</Badge>}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}
