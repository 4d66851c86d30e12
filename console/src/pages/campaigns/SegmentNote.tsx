import { Link } from "react-router";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Note, useFormat } from "../../ui";
import styles from "./Campaigns.module.css";
import type { Asked } from "./wire";

/** What came of asking a segment, and whom it has who cannot be called. */
export function SegmentNote({ asked }: { asked: Asked }) {
  const t = useText(campaignsTexts);
  const { dateTime } = useFormat();
  const left = [
    ...asked.faults.map(({ contact, message }) => ({ contact, message })),
    ...asked.duplicates.map(({ contact }) => ({ contact, message: t("campaigns.segment_double") })),
  ];
  return (
    <div className={styles.stack}>
      <p>{t("campaigns.segment_asked", { contacts: asked.contacts, at: dateTime(asked.asked_at) })}</p>
      {left.length > 0 && (
        <Note tone="warn">
          {asked.bad > 0 && t("campaigns.segment_bad", { bad: asked.bad })}
          <ul>
            {left.map(({ contact, message }) => (
              <li key={contact}>
                <Link to={`/contacts/${contact}`}>{t("campaigns.contact")}</Link>: {message}
              </li>
            ))}
          </ul>
        </Note>
      )}
    </div>
  );
}
