import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Ban } from "lucide-react";
import { useState } from "react";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay } from "../../shell/session";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Badge, Button, Confirm, ErrorNote, FormDialog, Panel, Select, useFormat, useToast } from "../../ui";
import { PURPOSES, usePurpose } from "./Consents";
import styles from "./Contacts.module.css";
import type { Contact } from "./ListPage";

type Suppression = components["schemas"]["Suppression"];

const EVERYTHING = "*";

/** Whether the contact may be called at all. */
export function Suppressions({ contact }: { contact: Contact }) {
  const t = useText(contactsTexts);
  const may = useMay();
  const toast = useToast();
  const client = useQueryClient();
  const purpose = usePurpose();
  const { date } = useFormat();
  const [adding, setAdding] = useState(false);
  const [lifting, setLifting] = useState<Suppression>();
  const number = contact.number ?? contact.address;
  const key = ["/v1/suppressions", number];
  const list = useQuery({ queryKey: key, queryFn: () => send<List<Suppression>>("GET", "/v1/suppressions", { query: { number } }), select: ({ data }) => data });
  const again = () => client.invalidateQueries({ queryKey: key });
  const lift = useMutation({
    mutationFn: (one: Suppression) => send("DELETE", "/v1/suppressions", { query: { number, purpose: one.purpose } }),
    onSuccess: () => {
      setLifting(undefined);
      return again();
    },
    onError: toast.bad,
  });
  const writes = may("contacts:write");
  const action = writes && (
    <Button size="small" icon={Ban} onPress={() => setAdding(true)}>
      {t("contacts.suppress")}
    </Button>
  );
  return (
    <Panel title={t("contacts.suppressions")} actions={action}>
      {list.error && <ErrorNote error={list.error} onRetry={() => void list.refetch()} />}
      {list.data?.length === 0 && <p className={styles.muted}>{t("contacts.no_suppressions")}</p>}
      <ul className={styles.stack}>
        {list.data?.map((one) => (
          <li key={`${one.purpose}-${one.at}`} className={styles.standing}>
            <Badge tone="bad" icon={Ban}>
              {one.purpose ? purpose(one.purpose) : t("contacts.purpose.all")}
            </Badge>
            <span className={styles.muted}>{date(one.at)}</span>
            {one.said && <q className={styles.muted}>{one.said}</q>}
            {may("campaigns:write") && (
              <Button size="small" variant="quiet" onPress={() => setLifting(one)}>
                {t("contacts.lift")}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {adding && <Suppress number={number} onClose={() => setAdding(false)} onDone={again} />}
      <Confirm title={t("contacts.lift_title")} action={t("contacts.lift")} isOpen={lifting !== undefined} isPending={lift.isPending} onConfirm={() => lifting && lift.mutate(lifting)} onClose={() => setLifting(undefined)}>
        {t("contacts.lift_text")}
      </Confirm>
    </Panel>
  );
}

function Suppress({ number, onClose, onDone }: { number: string; onClose: () => void; onDone: () => unknown }) {
  const t = useText(contactsTexts);
  const purposeName = usePurpose();
  const [purpose, setPurpose] = useState<string>(EVERYTHING);
  const put = useMutation({
    mutationFn: () => send("POST", "/v1/suppressions", { body: { number, method: "member", purpose: purpose === EVERYTHING ? null : purpose } }),
    onSuccess: () => {
      onDone();
      onClose();
    },
  });
  const options = [{ id: EVERYTHING, label: t("contacts.suppress_everything") }, ...PURPOSES.map((id) => ({ id, label: purposeName(id) }))];
  return (
    <FormDialog title={t("contacts.suppress")} action={t("contacts.suppress")} isDanger isOpen size="small" onClose={onClose} onSubmit={() => put.mutate()} isPending={put.isPending}>
      {put.error && <ErrorNote error={put.error} />}
      <Select label={t("contacts.suppress_what")} value={purpose} options={options} onChange={setPurpose} hint={t("contacts.suppress_hint")} />
    </FormDialog>
  );
}
