import { Radio, WifiOff } from "lucide-react";
import { useSearchParams } from "react-router";
import { useLiveState } from "../../api/live";
import { liveTexts } from "../../text/live";
import { useText } from "../../text/useText";
import { Empty, ErrorNote, Loading, Note, Page, cx } from "../../ui";
import { CallCard } from "./CallCard";
import styles from "./Live.module.css";
import { TalkPanel } from "./TalkPanel";
import { useParts } from "./useParts";
import { useInSight, useRunning, useTalks } from "./useTalks";

/** Calls as they go on, with their words as they are spoken. */
export default function Live() {
  const t = useText(liveTexts);
  const running = useRunning();
  const calls = useInSight(running.data);
  const talks = useTalks(running.data);
  const parts = useParts();
  const lost = useLiveState() === "lost";
  const [params, setParams] = useSearchParams();
  const chosen = calls.find(({ id }) => id === params.get("call")) ?? undefined;
  const shown = chosen ?? calls[0];
  const choose = (id: string) => setParams({ call: id }, { replace: true });
  return (
    <Page title={t("live.title")} subtitle={running.data && <span role="status">{t("live.count", { count: running.data.length })}</span>}>
      {lost && (
        <Note tone="warn" icon={WifiOff}>
          {t("live.lost")}
        </Note>
      )}
      {running.error && <ErrorNote error={running.error} onRetry={() => void running.refetch()} />}
      {running.isPending && <Loading />}
      {running.data && calls.length === 0 && (
        <Empty icon={Radio} title={t("live.empty")}>
          {t("live.empty_hint")}
        </Empty>
      )}
      {shown && (
        <div className={cx(styles.split, chosen && styles.one)}>
          <ul className={styles.calls} aria-label={t("live.calls")}>
            {calls.map((call) => (
              <li key={call.id}>
                <CallCard call={call} talk={talks.get(call.id)} part={parts.get(call.id)} isShown={call.id === shown.id} onChoose={() => choose(call.id)} />
              </li>
            ))}
          </ul>
          <TalkPanel
            key={shown.id}
            call={shown}
            talk={talks.get(shown.id)}
            part={parts.get(shown.id)}
            onBack={() => setParams({}, { replace: true })}
          />
        </div>
      )}
    </Page>
  );
}
