import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Badge, cx, Facts, useFormat } from "../../../ui";
import { bars, SLOW_MS, summary, type Stage } from "../model/latency";
import type { Turn } from "../model/types";
import { usePlayer } from "./player";
import styles from "./Turns.module.css";

const stages: Stage[] = ["turn_end", "first_token", "first_clause", "first_audio"];

/** How long the caller waited for each answer, and for what. */
export function Turns({ turns }: { turns: Turn[] }) {
  const t = useText(callTexts);
  const format = useFormat();
  const player = usePlayer();
  const sums = summary(turns);
  if (!sums) return <p>{t("call.turns.none")}</p>;
  const whole = Math.max(sums.slowest, SLOW_MS);
  return (
    <div className={styles.turns}>
      <Facts
        columns
        items={[
          { label: t("call.turns.median"), value: <strong>{format.seconds(sums.median)}</strong> },
          { label: t("call.turns.slowest"), value: <strong>{format.seconds(sums.slowest)}</strong> },
          { label: t("call.turns.count"), value: <strong>{format.number(sums.count)}</strong> },
        ]}
      />
      <ul className={styles.legend}>
        {stages.map((stage) => (
          <li key={stage} className={styles[stage]}>
            {t(`call.turn.${stage}`)}
          </li>
        ))}
      </ul>
      <ol className={styles.list}>
        {turns.map((turn, index) => (
          <li key={index} className={styles.row}>
            {player ? (
              <button type="button" className={`${styles.at} numbers`} onClick={() => player.playFrom(turn.speech_ended_ms)} aria-label={t("call.listen_from", { at: format.clock(turn.speech_ended_ms) })}>
                {format.clock(turn.speech_ended_ms)}
              </button>
            ) : (
              <span className={`${styles.at} numbers`}>{format.clock(turn.speech_ended_ms)}</span>
            )}
            <span className={styles.track}>
              {bars(turn).map((bar) => (
                <span
                  key={bar.stage}
                  className={cx(styles.bar, styles[bar.stage])}
                  title={`${t(`call.turn.${bar.stage}`)}: ${format.span(bar.to - bar.from)}`}
                  style={{ left: `${(bar.from / whole) * 100}%`, width: `${((bar.to - bar.from) / whole) * 100}%` }}
                />
              ))}
            </span>
            <span className={cx(styles.total, "numbers")}>
              {typeof turn.total === "number" ? format.seconds(turn.total) : "–"}
            </span>
            <span className={styles.flags}>
              {turn.speculated && <Badge tone="good">{t("call.turn.ahead")}</Badge>}
              {turn.interrupted && <Badge>{t("call.cut")}</Badge>}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
