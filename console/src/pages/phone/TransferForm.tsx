import { PhoneForwarded, Users } from "lucide-react";
import { type FormEvent, useState } from "react";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Button, TextField } from "../../ui";
import { PresenceBadge } from "./Colleagues";
import type { PhoneLine } from "./machine";
import { matching, useMembers, usePresence } from "./people";
import { phone } from "./phone";
import styles from "./Phone.module.css";

/** Colleagues that are offered at once. */
const OFFERED = 5;

/** Hands a call on: at once, or after asking. */
export function TransferForm({ line, onDone }: { line: PhoneLine; onDone: () => void }) {
  const t = useText(phoneTexts);
  const [to, setTo] = useState("");
  const members = useMembers();
  const presence = usePresence();
  const offered = matching(members.data ?? [], presence, to).slice(0, OFFERED);
  const ready = to.trim() !== "";
  const now = (event?: FormEvent) => {
    event?.preventDefault();
    if (!ready) return;
    phone.tell({ type: "transfer", id: line.id, to });
    onDone();
  };
  const ask = () => {
    phone.consult(line.id, to);
    onDone();
  };
  return (
    <form className={styles.transfer} onSubmit={now}>
      <TextField label={t("phone.transfer_to")} value={to} onChange={setTo} autoComplete="off" hint={t("phone.ask_first_hint")} />
      {offered.length > 0 && (
        <ul className={styles.offers}>
          {offered.map((member) => (
            <li key={member.id}>
              <button type="button" className={styles.offer} aria-pressed={to === member.name} onClick={() => setTo(member.name)}>
                <span>{member.display}</span>
                <PresenceBadge state={presence.get(member.name)?.state ?? "offline"} />
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className={styles.row}>
        <Button variant="primary" icon={Users} isDisabled={!ready} onPress={ask}>
          {t("phone.ask_first")}
        </Button>
        <Button icon={PhoneForwarded} isDisabled={!ready} type="submit">
          {t("phone.transfer_now")}
        </Button>
      </div>
    </form>
  );
}
