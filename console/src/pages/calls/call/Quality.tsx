import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Badge, Facts, useFormat, type Tone } from "../../../ui";
import type { Leg, Quality as Measured } from "../model/types";
import styles from "./CallPage.module.css";

/** From these listening scores on the sound is good, and fair. */
const [GOOD, FAIR] = [3.8, 3];

function verdict(mos: number): { key: "good" | "fair" | "poor"; tone: Tone } {
  if (mos >= GOOD) return { key: "good", tone: "good" };
  return mos >= FAIR ? { key: "fair", tone: "warn" } : { key: "poor", tone: "bad" };
}

/** How good the sound was, as it came to us. */
export function Quality({ legs }: { legs: Leg[] }) {
  const t = useText(callTexts);
  const measured = legs.filter((leg): leg is Leg & { quality: Measured } => Boolean(leg.quality));
  if (measured.length === 0) return <p>{t("call.quality.none")}</p>;
  return (
    <div className={styles.legs}>
      {measured.map((leg) => (
        <LegQuality key={leg.id} leg={leg} quality={leg.quality} />
      ))}
    </div>
  );
}

function LegQuality({ leg, quality }: { leg: Leg; quality: Measured }) {
  const t = useText(callTexts);
  const format = useFormat();
  const { mos, received, lost } = quality;
  const found = typeof mos === "number" ? verdict(mos) : undefined;
  const share = received + lost > 0 ? lost / (received + lost) : 0;
  const peer = leg.peer ? format.phone(leg.peer) : "";
  return (
    <div>
      <h3 className={styles.legName}>
        {leg.role === "transfer" ? t("call.leg.transfer", { peer }) : t("call.leg.caller")}
        {found && <Badge tone={found.tone}>{t(`call.quality.${found.key}`)}</Badge>}
      </h3>
      <Facts
        columns
        items={[
          { label: t("call.quality.mos"), value: typeof mos === "number" && format.number(mos, { maximumFractionDigits: 1 }) },
          { label: t("call.quality.lost"), value: format.number(share, { style: "percent", maximumFractionDigits: 2 }) },
          { label: t("call.quality.jitter"), value: format.span(Math.round(quality.jitter_ms)) },
          { label: t("call.quality.rtt"), value: typeof quality.rtt_ms === "number" && format.span(Math.round(quality.rtt_ms)) },
          { label: t("call.quality.codec"), value: quality.codec },
        ]}
      />
    </div>
  );
}
