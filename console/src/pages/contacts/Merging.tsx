import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Undo2 } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay } from "../../shell/session";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Badge, Button, ErrorNote, FormDialog, Panel, SearchField, cx, useFormat, useToast } from "../../ui";
import styles from "./Contacts.module.css";
import type { Contact } from "./ListPage";

type Merged = components["schemas"]["Merged"];

const OFFERED = 6;

/** Makes another contact a part of this one. */
export function MergeDialog({ contact, onClose }: { contact: Contact; onClose: () => void }) {
  const t = useText(contactsTexts);
  const toast = useToast();
  const client = useQueryClient();
  const { phone } = useFormat();
  const [search, setSearch] = useState("");
  const [other, setOther] = useState<string>();
  const wanted = useDeferredValue(search.trim());
  const found = useQuery({
    queryKey: ["/v1/contacts", { search: wanted, limit: OFFERED + 1 }],
    queryFn: () => send<List<Contact>>("GET", "/v1/contacts", { query: { search: wanted, limit: OFFERED + 1 } }),
    select: ({ data }) => data.filter(({ id }) => id !== contact.id).slice(0, OFFERED),
  });
  const merge = useMutation({
    mutationFn: () => send("POST", `/v1/contacts/${contact.id}/merge`, { body: { with: other } }),
    onSuccess: () => {
      toast.good(t("contacts.merged"));
      void client.invalidateQueries();
      onClose();
    },
  });
  const name = contact.name ?? phone(contact.number ?? contact.address);
  return (
    <FormDialog title={t("contacts.merge_title")} action={t("contacts.merge_action")} isOpen onClose={onClose} onSubmit={() => merge.mutate()} isPending={merge.isPending} isDisabled={other === undefined}>
      {merge.error && <ErrorNote error={merge.error} />}
      <p>{t("contacts.merge_text", { name })}</p>
      <SearchField label={t("contacts.search")} value={search} onChange={setSearch} />
      <ul className={styles.choices}>
        {found.data?.map((one) => (
          <li key={one.id}>
            <button type="button" className={cx(styles.choice, one.id === other && styles.chosen)} aria-pressed={one.id === other} onClick={() => setOther(one.id)}>
              <strong>{one.name ?? t("contacts.unnamed")}</strong>
              <span className="numbers">{phone(one.number ?? one.address)}</span>
            </button>
          </li>
        ))}
      </ul>
      {found.data?.length === 0 && <p className={styles.muted}>{t("contacts.none_found")}</p>}
    </FormDialog>
  );
}

/** What was merged into the contact, with the way back. */
export function Merges({ contact }: { contact: Contact }) {
  const t = useText(contactsTexts);
  const may = useMay();
  const toast = useToast();
  const client = useQueryClient();
  const { date } = useFormat();
  const path = `/v1/contacts/${contact.id}/merges`;
  const list = useQuery({ queryKey: [path], queryFn: () => send<List<Merged>>("GET", path), select: ({ data }) => data });
  const undo = useMutation({
    mutationFn: (id: string) => send("POST", `/v1/merges/${id}/undo`),
    onSuccess: () => {
      toast.good(t("contacts.undone"));
      return client.invalidateQueries();
    },
    onError: toast.bad,
  });
  if (!list.data || list.data.length === 0) return null;
  return (
    <Panel title={t("contacts.merges")}>
      <ul className={styles.stack}>
        {list.data.map((one) => (
          <li key={one.id} className={styles.standing}>
            <span>{t("contacts.merged_at", { at: date(one.at) })}</span>
            {one.undone_at && <Badge>{t("contacts.undone")}</Badge>}
            {!one.undone_at && may("contacts:write") && (
              <Button size="small" variant="quiet" icon={Undo2} isPending={undo.isPending && undo.variables === one.id} onPress={() => undo.mutate(one.id)}>
                {t("contacts.undo")}
              </Button>
            )}
          </li>
        ))}
      </ul>
    </Panel>
  );
}
