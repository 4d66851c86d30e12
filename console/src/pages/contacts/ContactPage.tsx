import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Download, Merge, Pencil, Phone as PhoneIcon, UserX } from "lucide-react";
import { useState } from "react";
import { useParams } from "react-router";
import { send } from "../../api/client";
import { useRows } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay } from "../../shell/session";
import { contactsTexts } from "../../text/contacts";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Badge, Button, Columns, Empty, ErrorNote, Facts, Loading, Menu, type MenuEntry, More, Page, Panel, PhoneNumber, TextField, useFormat, useToast } from "../../ui";
import { callNumber } from "../phone/call";
import { Consents } from "./Consents";
import styles from "./Contacts.module.css";
import { EditDialog } from "./EditDialog";
import { EraseDialog } from "./EraseDialog";
import { HappeningRow } from "./Happenings";
import type { Contact } from "./ListPage";
import { MergeDialog, Merges } from "./Merging";
import { Suppressions } from "./Suppressions";

type Happening = components["schemas"]["Happening"];

/** One contact: who it is, what happened, what it allows. */
export function ContactPage() {
  const t = useText(contactsTexts);
  const { id = "" } = useParams();
  const contact = useQuery({ queryKey: ["/v1/contacts", id], queryFn: () => send<Contact>("GET", `/v1/contacts/${id}`) });
  const back = { to: "/contacts", label: t("contacts.title") };
  if (contact.data) return <Whole key={id} contact={contact.data} back={back} />;
  return (
    <Page title={t("contacts.title")} back={back}>
      {contact.error ? <ErrorNote error={contact.error} onRetry={() => void contact.refetch()} /> : <Loading />}
    </Page>
  );
}

type Open = "edit" | "merge" | "erase" | undefined;

function Whole({ contact, back }: { contact: Contact; back: { to: string; label: string } }) {
  const t = useText(contactsTexts);
  const [open, setOpen] = useState<Open>();
  const name = contact.name ?? t("contacts.unnamed");
  const close = () => setOpen(undefined);
  return (
    <Page
      title={name}
      back={back}
      badges={contact.tags.map((tag) => (
        <Badge key={tag}>{tag}</Badge>
      ))}
      subtitle={<PhoneNumber number={contact.number ?? contact.address} />}
      actions={<Actions contact={contact} onOpen={setOpen} />}
    >
      <Columns
        aside={
          <>
            <Details contact={contact} />
            <Suppressions contact={contact} />
            <Consents contact={contact} />
            <Merges contact={contact} />
          </>
        }
      >
        <Timeline contact={contact} />
      </Columns>
      {open === "edit" && <EditDialog contact={contact} onClose={close} />}
      {open === "merge" && <MergeDialog contact={contact} onClose={close} />}
      {open === "erase" && <EraseDialog contact={contact} onClose={close} />}
    </Page>
  );
}

function Actions({ contact, onOpen }: { contact: Contact; onOpen: (open: Open) => void }) {
  const t = useText(contactsTexts);
  const tPhone = useText(phoneTexts);
  const may = useMay();
  const writes = may("contacts:write");
  const items: MenuEntry[] = [];
  if (may("export:read")) items.push({ id: "archive", label: t("contacts.archive"), icon: Download, href: `/v1/contacts/${contact.id}/archive`, download: `${contact.id}.zip` });
  if (writes) items.push({ id: "merge", label: t("contacts.merge"), icon: Merge, onAction: () => onOpen("merge") });
  if (may("settings:write")) {
    items.push({ id: "erase", label: t("contacts.erase"), icon: UserX, isDanger: true, onAction: () => onOpen("erase") });
  }
  return (
    <>
      {may("phone:use") && (
        <Button variant="primary" icon={PhoneIcon} onPress={() => void callNumber(contact.number ?? contact.address, contact.name ?? undefined)}>
          {tPhone("phone.call")}
        </Button>
      )}
      {writes && (
        <Button icon={Pencil} onPress={() => onOpen("edit")}>
          {t("contacts.edit")}
        </Button>
      )}
      {items.length > 0 && <Menu label={t("contacts.more")} items={items} />}
    </>
  );
}

function Details({ contact }: { contact: Contact }) {
  const t = useText(contactsTexts);
  const { language } = useFormat();
  const fields = Object.entries(contact.fields as Record<string, unknown>);
  const numbers = contact.numbers.map(({ number, label }) => (
    <div key={number}>
      <PhoneNumber number={number} /> {label && <span className={styles.muted}>{label}</span>}
    </div>
  ));
  return (
    <Panel title={t("contacts.details")}>
      <Facts
        items={[
          { label: t("contacts.numbers"), value: numbers.length > 0 && numbers },
          { label: t("contacts.language"), value: contact.language && language(contact.language) },
          { label: t("contacts.time_zone"), value: contact.time_zone },
          { label: t("contacts.country"), value: contact.country },
          ...fields.map(([label, value]) => ({ label, value: typeof value === "object" ? JSON.stringify(value) : String(value) })),
        ]}
      />
      {contact.notes !== "" && <p className={styles.memo}>{contact.notes}</p>}
    </Panel>
  );
}

function Timeline({ contact }: { contact: Contact }) {
  const t = useText(contactsTexts);
  const toast = useToast();
  const may = useMay();
  const client = useQueryClient();
  const path = `/v1/contacts/${contact.id}/timeline`;
  const list = useRows<Happening>(path);
  const again = () => client.invalidateQueries({ queryKey: [path] });
  const remove = useMutation({ mutationFn: (note: string) => send("DELETE", `/v1/contacts/${contact.id}/notes/${note}`), onSuccess: again, onError: toast.bad });
  const writes = may("contacts:write");
  return (
    <Panel title={t("contacts.timeline")} flush>
      {writes && <NewNote contact={contact} onKept={again} />}
      {list.error && <ErrorNote error={list.error} onRetry={list.retry} />}
      {list.isLoading && <Loading />}
      {!list.isLoading && !list.error && list.rows.length === 0 && <Empty title={t("contacts.timeline_empty")} />}
      <ul className={styles.timeline}>
        {list.rows.map((happening, n) => (
          <li key={`${happening.at}-${n}`}>
            <HappeningRow happening={happening} onRemoveNote={writes ? (note) => remove.mutate(note) : undefined} />
          </li>
        ))}
      </ul>
      {list.hasMore && (
        <More isLoading={list.isLoadingMore} onMore={list.more}>
          {t("contacts.more")}
        </More>
      )}
    </Panel>
  );
}

function NewNote({ contact, onKept }: { contact: Contact; onKept: () => void }) {
  const t = useText(contactsTexts);
  const toast = useToast();
  const [text, setText] = useState("");
  const keep = useMutation({
    mutationFn: () => send("POST", `/v1/contacts/${contact.id}/notes`, { body: { text: text.trim() } }),
    onSuccess: () => {
      setText("");
      onKept();
    },
    onError: toast.bad,
  });
  return (
    <form
      className={styles.newNote}
      onSubmit={(event) => {
        event.preventDefault();
        if (text.trim() !== "") keep.mutate();
      }}
    >
      <TextField label={t("contacts.add_note")} isLabelHidden placeholder={t("contacts.add_note")} value={text} onChange={setText} rows={2} maxLength={10_000} />
      {text.trim() !== "" && (
        <Button type="submit" size="small" variant="primary" isPending={keep.isPending}>
          {t("contacts.keep_note")}
        </Button>
      )}
    </form>
  );
}
