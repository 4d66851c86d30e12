import { numbersTexts } from "../../text/numbers";
import { useText } from "../../text/useText";
import { Badge } from "../../ui";
import { judge } from "./trunk";
import type { Trunk } from "./trunk";
import styles from "./trunks.module.css";

/** How a trunk stands: a word, and what to do where something is wrong. */
export function Health({ trunk, isShort }: { trunk: Trunk; isShort?: boolean }) {
  const t = useText(numbersTexts);
  const { tone, word, why } = judge(trunk);
  const badge = (
    <Badge tone={tone} dot>
      {t(word)}
    </Badge>
  );
  if (isShort || !why) return badge;
  return (
    <span className={styles.health}>
      {badge}
      <span className={styles.why}>{t(why)}</span>
      {trunk.state?.last_error && <span className={styles.said}>{t("trunks.said", { error: trunk.state.last_error })}</span>}
    </span>
  );
}
