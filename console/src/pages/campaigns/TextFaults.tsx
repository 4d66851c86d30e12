import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { ErrorNote, Note } from "../../ui";
import styles from "./Campaigns.module.css";
import { tableFaults, textFaults } from "./wire";

/** Why a campaign was refused: each fault of its text with its line, or the one thing that is wrong. */
export function TextFaults({ error }: { error: unknown }) {
  const t = useText(campaignsTexts);
  if (!error) return null;
  const faults = textFaults(error);
  if (faults.length === 0) return tableFaults(error).length > 0 ? null : <ErrorNote error={error} />;
  return (
    <div role="alert">
      <Note tone="warn">
        <strong>{t("campaigns.text_faults")}</strong>
        <ul className={styles.faults}>
          {faults.map((fault, at) => (
            <li key={at}>
              <span className={styles.faultLine}>{t("campaigns.at_line", { line: fault.line })}</span> {fault.message}
              {fault.suggestion && <em>{fault.suggestion}</em>}
            </li>
          ))}
        </ul>
      </Note>
    </div>
  );
}
