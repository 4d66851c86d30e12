import { useMemo, useState } from "react";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { cx, ErrorNote, Loading, Note, useFormat } from "../../../ui";
import { ladder, type Ladder, type Rung } from "../model/ladder";
import { useSignalling } from "./queries";
import styles from "./Signalling.module.css";

/** The SIP messages of the call as a ladder; one that is chosen is shown whole. */
export function Signalling({ id }: { id: string }) {
  const t = useText(callTexts);
  const asked = useSignalling(id);
  const [chosen, setChosen] = useState<number | null>(null);
  const messages = asked.data?.messages;
  const drawn = useMemo(() => ladder(messages ?? []), [messages]);
  if (asked.isPending) return <Loading />;
  if (asked.error) return <ErrorNote error={asked.error} onRetry={() => void asked.refetch()} />;
  if (!asked.data || drawn.rungs.length === 0) return <p>{t("call.signalling.none")}</p>;
  const message = chosen === null ? undefined : asked.data.messages[chosen];
  return (
    <div className={styles.signalling}>
      <Drawing drawn={drawn} chosen={chosen} onChoose={setChosen} />
      <div>
        {message ? (
          // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
          <pre className={styles.message} tabIndex={0}>
            {message.message}
          </pre>
        ) : (
          <p className={styles.pick}>{t("call.signalling.pick")}</p>
        )}
        {asked.data.dropped > 0 && (
          <Note tone="warn">{t("call.signalling.dropped", { count: asked.data.dropped })}</Note>
        )}
      </div>
    </div>
  );
}

interface DrawingProps {
  drawn: Ladder;
  chosen: number | null;
  onChoose: (index: number) => void;
}

function Drawing({ drawn, chosen, onChoose }: DrawingProps) {
  const t = useText(callTexts);
  const { lanes, rungs, width, height } = drawn;
  return (
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <div className={styles.scroll} tabIndex={0} role="group" aria-label={t("call.signalling.ladder")}>
      <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} className={styles.ladder}>
        {lanes.map((lane) => (
          <g key={lane.id}>
            <line x1={lane.x} x2={lane.x} y1={44} y2={height} className={styles.lane} />
            <text x={lane.x} y={26} textAnchor="middle" className={cx(styles.head, !lane.address && styles.us)}>
              {lane.address || "Callwright"}
            </text>
          </g>
        ))}
        {rungs.map((rung) => (
          <Arrow key={rung.index} rung={rung} lanes={lanes} isChosen={rung.index === chosen} onChoose={onChoose} />
        ))}
      </svg>
    </div>
  );
}

interface ArrowProps {
  rung: Rung;
  lanes: Ladder["lanes"];
  isChosen: boolean;
  onChoose: (index: number) => void;
}

/** Half the breadth of a point, and its length. */
const POINT = 4;

function Arrow({ rung, lanes, isChosen, onChoose }: ArrowProps) {
  const format = useFormat();
  const [from, to] = [lanes[rung.from]?.x ?? 0, lanes[rung.to]?.x ?? 0];
  const way = Math.sign(to - from);
  const [left, right] = [Math.min(from, to), Math.max(from, to)];
  const { y } = rung;
  const label = `${rung.label}, +${format.span(rung.after_ms)}`;
  return (
    <g
      role="button"
      tabIndex={0}
      aria-label={label}
      aria-pressed={isChosen}
      className={cx(styles.arrow, styles[rung.kind], isChosen && styles.chosen)}
      onClick={() => onChoose(rung.index)}
      onKeyDown={(event) => {
        if (event.key !== "Enter" && event.key !== " ") return;
        event.preventDefault();
        onChoose(rung.index);
      }}
    >
      <rect x={left} y={y - 22} width={right - left} height={28} rx={6} className={styles.area} />
      <line x1={from} x2={to - way * 2 * POINT} y1={y} y2={y} className={styles.shaft} />
      <path d={`M${to} ${y}l${-way * 2 * POINT} ${-POINT}v${2 * POINT}z`} className={styles.point} />
      <text x={(from + to) / 2} y={y - 7} textAnchor="middle" className={styles.label}>
        {rung.label}
      </text>
      <text x={right - 6} y={y + 12} textAnchor="end" className={styles.after}>
        +{format.span(rung.after_ms)}
      </text>
    </g>
  );
}
