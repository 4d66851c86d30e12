import { FileText, PhoneIncoming, PhoneMissed, PhoneOutgoing, ShieldCheck, ShieldX, Trash2, Voicemail as VoicemailIcon } from "lucide-react";
import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Link } from "react-router";
import type { components } from "../../api/schema";
import { contactsTexts } from "../../text/contacts";
import { deskTexts } from "../../text/desk";
import { useText } from "../../text/useText";
import { IconButton, useFormat } from "../../ui";
import { type Call, contactIn, partyOf, useOutcome } from "./calls";
import { useConsentWords } from "./Consents";
import styles from "./Contacts.module.css";

type Happening = components["schemas"]["Happening"];

/** One call in a line: which way, when, how long, what came of it. */
export function CallRow({ call, who }: { call: Call; who?: boolean }) {
  const t = useText(deskTexts);
  const outcome = useOutcome();
  const { clock, phone, short } = useFormat();
  const missed = call.direction === "inbound" && call.state === "ended" && !call.answered_at;
  const Icon = missed ? PhoneMissed : call.direction === "inbound" ? PhoneIncoming : PhoneOutgoing;
  const { summary, outcome: came } = call;
  const number = partyOf(call);
  const name = contactIn(call)?.name;
  const title = who ? (name ?? (number === null ? t("desk.withheld") : phone(number))) : t(`desk.${call.direction === "inbound" ? "inbound" : "outbound"}`);
  return (
    <Link to={`/calls/${call.id}`} className={styles.happening}>
      <Icon size={16} aria-hidden className={missed ? styles.bad : styles.icon} />
      <span className={styles.happeningText}>
        <span className={styles.happeningHead}>
          <strong>{title}</strong>
          {came && <span>{outcome(came)}</span>}
          {call.state !== "ended" && <span>{t(call.state === "ringing" ? "desk.state.ringing" : "desk.state.active")}</span>}
        </span>
        {summary && <span className={styles.happeningMore}>{summary}</span>}
      </span>
      <span className={`${styles.happeningWhen} numbers`}>
        <time dateTime={call.started_at}>{short(call.started_at)}</time>
        {typeof call.duration_ms === "number" && <span>{clock(call.duration_ms)}</span>}
      </span>
    </Link>
  );
}

interface HappeningRowProps {
  happening: Happening;
  /** Removes a note; left out where one may not. */
  onRemoveNote?: (id: string) => void;
}

/** One thing that happened with a contact. */
export function HappeningRow({ happening, onRemoveNote }: HappeningRowProps) {
  const t = useText(contactsTexts);
  const consentWords = useConsentWords();
  const { clock } = useFormat();
  switch (happening.type) {
    case "call":
      return <CallRow call={happening.call} />;
    case "voicemail":
      return (
        <Entry icon={VoicemailIcon} at={happening.at} title={t("contacts.voicemail")}>
          {t("contacts.voicemail_in", { mailbox: happening.voicemail.mailbox, length: clock(happening.voicemail.duration_ms) })}
        </Entry>
      );
    case "consent":
      return (
        <Entry icon={happening.consent.holds ? ShieldCheck : ShieldX} at={happening.at} title={consentWords(happening.consent)}>
          {happening.consent.wording}
        </Entry>
      );
    case "note":
      return (
        <Entry
          icon={FileText}
          at={happening.at}
          title={happening.note.author ?? t("contacts.note")}
          action={onRemoveNote && <IconButton size="small" icon={Trash2} label={t("contacts.remove_note")} onPress={() => onRemoveNote(happening.note.id)} />}
        >
          {happening.note.text}
        </Entry>
      );
  }
}

interface EntryProps {
  icon: LucideIcon;
  at: string;
  title: string;
  action?: ReactNode;
  children: ReactNode;
}

function Entry({ icon: Icon, at, title, action, children }: EntryProps) {
  const { short } = useFormat();
  return (
    <div className={styles.happening}>
      <Icon size={16} aria-hidden className={styles.icon} />
      <span className={styles.happeningText}>
        <strong>{title}</strong>
        <span className={styles.happeningMore}>{children}</span>
      </span>
      <span className={`${styles.happeningWhen} numbers`}>
        <time dateTime={at}>{short(at)}</time>
        {action}
      </span>
    </div>
  );
}
