import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Plus } from "lucide-react";
import { useState } from "react";
import { send } from "../../api/client";
import { useRows } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay } from "../../shell/session";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Badge, Button, ErrorNote, FormDialog, Panel, Select, TextField, useFormat, useToast } from "../../ui";
import styles from "./Contacts.module.css";
import type { Contact } from "./ListPage";

type Consent = components["schemas"]["Consent"];

export const PURPOSES = ["marketing", "reminder", "survey", "delivery", "payment", "service", "callback", "code", "emergency"] as const;
const CHANNELS = ["call", "message", "mail"] as const;
const METHODS = ["form", "written", "spoken"] as const;

/** A purpose in words; one of the business's own stays as it is. */
export function usePurpose(): (purpose: string) => string {
  const t = useText(contactsTexts);
  return (purpose) => {
    const key = `contacts.purpose.${purpose}`;
    return key in contactsTexts ? t(key as keyof typeof contactsTexts) : purpose;
  };
}

/** What a consent says, in words. */
export function useConsentWords(): (consent: Pick<Consent, "purpose" | "state" | "holds">) => string {
  const t = useText(contactsTexts);
  const purpose = usePurpose();
  return (consent) => `${purpose(consent.purpose)}: ${t(`contacts.consent.${standing(consent)}`)}`;
}

function standing({ state, holds }: Pick<Consent, "state" | "holds">): "holds" | "asked" | "refused" | "over" {
  if (holds) return "holds";
  return state === "asked" || state === "refused" ? state : "over";
}

/** What the contact agreed to. */
export function Consents({ contact }: { contact: Contact }) {
  const t = useText(contactsTexts);
  const may = useMay();
  const toast = useToast();
  const client = useQueryClient();
  const purpose = usePurpose();
  const { date } = useFormat();
  const [adding, setAdding] = useState(false);
  const list = useRows<Consent>("/v1/consents", { contact: contact.id });
  const again = () => client.invalidateQueries({ queryKey: ["/v1/consents"] });
  const withdraw = useMutation({
    mutationFn: (id: string) => send("POST", `/v1/consents/${id}/withdraw`, { body: {} }),
    onSuccess: () => {
      toast.good(t("contacts.withdrawn"));
      return again();
    },
    onError: toast.bad,
  });
  const writes = may("contacts:write");
  const action = writes && (
    <Button size="small" icon={Plus} onPress={() => setAdding(true)}>
      {t("contacts.add_consent")}
    </Button>
  );
  return (
    <Panel title={t("contacts.consents")} actions={action}>
      {list.error && <ErrorNote error={list.error} onRetry={list.retry} />}
      {!list.isLoading && list.rows.length === 0 && <p className={styles.muted}>{t("contacts.no_consents")}</p>}
      <ul className={styles.stack}>
        {list.rows.map((consent) => (
          <li key={consent.id} className={styles.standing}>
            <strong>{purpose(consent.purpose)}</strong>
            <Badge tone={consent.holds ? "good" : "neutral"}>{t(`contacts.consent.${standing(consent)}`)}</Badge>
            <span className={styles.muted}>{date(consent.decided_at ?? consent.created_at)}</span>
            {writes && consent.holds && (
              <Button size="small" variant="quiet" isPending={withdraw.isPending && withdraw.variables === consent.id} onPress={() => withdraw.mutate(consent.id)}>
                {t("contacts.withdraw")}
              </Button>
            )}
            {consent.wording !== "" && <q className={styles.wide}>{consent.wording}</q>}
          </li>
        ))}
      </ul>
      {adding && <NewConsent contact={contact} onClose={() => setAdding(false)} onKept={again} />}
    </Panel>
  );
}

function NewConsent({ contact, onClose, onKept }: { contact: Contact; onClose: () => void; onKept: () => unknown }) {
  const t = useText(contactsTexts);
  const [form, setForm] = useState({ purpose: "marketing", channel: "call", method: "form", wording: "" });
  const keep = useMutation({
    mutationFn: () => send("POST", "/v1/consents", { body: { ...form, number: contact.number ?? contact.address } }),
    onSuccess: () => {
      onKept();
      onClose();
    },
  });
  const options = <K extends string>(words: readonly K[], of: "purpose" | "channel" | "method") => words.map((id) => ({ id, label: t(`contacts.${of}.${id}` as keyof typeof contactsTexts) }));
  return (
    <FormDialog title={t("contacts.add_consent")} action={t("contacts.save")} isOpen onClose={onClose} onSubmit={() => keep.mutate()} isPending={keep.isPending} isDisabled={form.wording.trim() === ""}>
      {keep.error && <ErrorNote error={keep.error} />}
      <Select label={t("contacts.purpose")} value={form.purpose} options={options(PURPOSES, "purpose")} onChange={(purpose) => setForm({ ...form, purpose })} />
      <Select label={t("contacts.channel")} value={form.channel} options={options(CHANNELS, "channel")} onChange={(channel) => setForm({ ...form, channel })} />
      <Select label={t("contacts.method")} value={form.method} options={options(METHODS, "method")} onChange={(method) => setForm({ ...form, method })} />
      <TextField label={t("contacts.wording")} hint={t("contacts.wording_hint")} value={form.wording} onChange={(wording) => setForm({ ...form, wording })} rows={2} isRequired />
    </FormDialog>
  );
}
