import { useQuery } from "@tanstack/react-query";
import { ContactRound } from "lucide-react";
import { Link } from "react-router";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import type { components } from "../../api/schema";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Badge, Facts, Panel, Skeleton } from "../../ui";
import { CallRow } from "../contacts/Happenings";
import type { Call } from "../contacts/calls";
import type { PhoneLine } from "./machine";
import styles from "./Phone.module.css";
import { ScriptPanel } from "./ScriptPanel";

type Contact = components["schemas"]["Contact"];

/** Calls of before that are shown. */
const SHOWN = 6;

/** The contact whose number it is. */
export function useContactOf(number: string | undefined) {
  return useQuery({
    queryKey: ["/v1/contacts", { number }],
    queryFn: () => send<List<Contact>>("GET", "/v1/contacts", { query: { number, limit: 1 } }),
    select: (list) => list.data[0] ?? null,
    enabled: number !== undefined && number !== "" && number !== "anonymous",
    staleTime: 30_000,
  });
}

/** What is to be said, who the other party is, and what was talked about before. */
export function Beside({ line }: { line: PhoneLine }) {
  return (
    <>
      <ScriptPanel line={line} />
      <Party line={line} />
    </>
  );
}

function Party({ line }: { line: PhoneLine }) {
  const t = useText(phoneTexts);
  const { data: contact, isLoading } = useContactOf(line.number);
  if (isLoading) return <Panel title={t("phone.contact")}>{<Skeleton />}</Panel>;
  if (!contact) {
    return (
      <Panel title={t("phone.contact")}>
        <p className={styles.muted}>{t("phone.unknown_contact")}</p>
      </Panel>
    );
  }
  return (
    <>
      <ContactPanel contact={contact} />
      <History contact={contact} current={line.call} />
    </>
  );
}

function ContactPanel({ contact }: { contact: Contact }) {
  const t = useText(phoneTexts);
  const fields = Object.entries(contact.fields as Record<string, unknown>).filter(([, value]) => typeof value !== "object");
  return (
    <Panel
      title={contact.name ?? t("phone.contact")}
      actions={
        <Link to={`/contacts/${contact.id}`} className={styles.quietLink}>
          <ContactRound size={14} aria-hidden /> {t("phone.open_contact")}
        </Link>
      }
    >
      {contact.tags.length > 0 && (
        <p className={styles.badges}>
          {contact.tags.map((tag) => (
            <Badge key={tag}>{tag}</Badge>
          ))}
        </p>
      )}
      <Facts items={fields.map(([label, value]) => ({ label, value: String(value) }))} />
      {contact.notes !== "" && <p className={styles.pre}>{contact.notes}</p>}
    </Panel>
  );
}

function History({ contact, current }: { contact: Contact; current?: string }) {
  const t = useText(phoneTexts);
  const calls = useQuery({
    queryKey: ["/v1/calls", "of-contact", contact.id],
    queryFn: () => send<List<Call>>("GET", "/v1/calls", { query: { contact: contact.id, limit: SHOWN + 1 } }),
  });
  const before = (calls.data?.data ?? []).filter((call) => call.id !== current).slice(0, SHOWN);
  return (
    <Panel title={t("phone.history")} flush>
      {calls.isPending && <Skeleton className={styles.padded} />}
      {calls.data && before.length === 0 && <p className={`${styles.muted} ${styles.padded}`}>{t("phone.first_time")}</p>}
      <ul className={styles.list}>
        {before.map((call) => (
          <li key={call.id}>
            <CallRow call={call} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
