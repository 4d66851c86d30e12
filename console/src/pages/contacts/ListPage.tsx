import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { ContactRound, Copy, Download, Layers, Plus, Trash2, Upload, X } from "lucide-react";
import { useDeferredValue, useState } from "react";
import { useNavigate, useSearchParams } from "react-router";
import { address, send } from "../../api/client";
import { type List, useRows } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay } from "../../shell/session";
import { contactsTexts } from "../../text/contacts";
import { useText } from "../../text/useText";
import { Badge, Button, type Column, Empty, FormDialog, LinkButton, Menu, type MenuEntry, Page, Panel, PhoneNumber, SearchField, Select, Table, TextField, useFormat, useToast } from "../../ui";
import styles from "./Contacts.module.css";
import { SegmentDialog } from "./SegmentDialog";

export type Contact = components["schemas"]["Contact"];
type Segment = components["schemas"]["Segment"];

const ALL = "*";

/** All contacts, with search, tags and segments. */
export function ListPage() {
  const t = useText(contactsTexts);
  const may = useMay();
  const filter = useFilter();
  const [open, setOpen] = useState<"contact" | "segment">();
  const path = filter.segment ? `/v1/segments/${filter.segment}/contacts` : "/v1/contacts";
  const search = useDeferredValue(filter.search);
  const query = filter.segment ? {} : { search, tag: filter.tag };
  const list = useRows<Contact>(path, query);
  const filtered = Boolean(filter.search || filter.tag || filter.segment);
  return (
    <Page
      title={t("contacts.title")}
      actions={
        <>
          <MoreMenu filter={filter} onSegment={() => setOpen("segment")} />
          {may("contacts:write") && (
            <>
              <LinkButton to="/contacts/import" icon={Upload}>
                {t("contacts.import")}
              </LinkButton>
              <Button variant="primary" icon={Plus} onPress={() => setOpen("contact")}>
                {t("contacts.new")}
              </Button>
            </>
          )}
        </>
      }
    >
      <FilterBar filter={filter} />
      <Panel flush>
        <Table
          label={t("contacts.title")}
          columns={useColumns(filter.setTag)}
          rows={list.rows}
          rowKey={(contact) => contact.id}
          href={(contact) => `/contacts/${contact.id}`}
          isLoading={list.isLoading}
          error={list.error}
          onRetry={list.retry}
          hasMore={list.hasMore}
          isLoadingMore={list.isLoadingMore}
          onMore={list.more}
          empty={<Empty icon={ContactRound} title={t(filtered ? "contacts.none_found" : "contacts.empty")}>{t(filtered ? "contacts.none_found_hint" : "contacts.empty_hint")}</Empty>}
        />
      </Panel>
      <NewContact isOpen={open === "contact"} onClose={() => setOpen(undefined)} />
      <SegmentDialog isOpen={open === "segment"} onClose={() => setOpen(undefined)} onMade={filter.setSegment} />
    </Page>
  );
}

interface Filter {
  search: string;
  tag: string;
  segment: string;
  setSearch: (search: string) => void;
  setTag: (tag: string) => void;
  setSegment: (segment: string) => void;
}

/** What is looked for stands in the address, so that it can be shared and gone back to. */
function useFilter(): Filter {
  const [params, setParams] = useSearchParams();
  const only = (name: string) => (value: string) => setParams(value === "" ? {} : { [name]: value }, { replace: true });
  return {
    search: params.get("search") ?? "",
    tag: params.get("tag") ?? "",
    segment: params.get("segment") ?? "",
    setSearch: only("search"),
    setTag: only("tag"),
    setSegment: only("segment"),
  };
}

function useSegments() {
  return useQuery({ queryKey: ["/v1/segments"], queryFn: () => send<List<Segment>>("GET", "/v1/segments"), select: (list) => list.data });
}

function FilterBar({ filter }: { filter: Filter }) {
  const t = useText(contactsTexts);
  const segments = useSegments().data ?? [];
  const options = [{ id: ALL, label: t("contacts.all") }, ...segments.map(({ name }) => ({ id: name, label: name }))];
  return (
    <div className={styles.bar}>
      <SearchField label={t("contacts.search")} value={filter.search} onChange={filter.setSearch} className={styles.search} />
      {segments.length > 0 && (
        <Select label={t("contacts.segment")} isLabelHidden value={filter.segment || ALL} options={options} onChange={(name) => filter.setSegment(name === ALL ? "" : name)} />
      )}
      {filter.tag !== "" && (
        <button type="button" className={styles.chip} aria-label={t("contacts.clear_tag", { tag: filter.tag })} onClick={() => filter.setTag("")}>
          {t("contacts.with_tag", { tag: filter.tag })}
          <X size={13} aria-hidden />
        </button>
      )}
    </div>
  );
}

function useColumns(onTag: (tag: string) => void): Column<Contact>[] {
  const t = useText(contactsTexts);
  const { short, language } = useFormat();
  return [
    { id: "name", label: t("contacts.name"), cell: (contact) => contact.name ?? t("contacts.unnamed") },
    { id: "number", label: t("contacts.number"), cell: (contact) => <PhoneNumber number={contact.number ?? contact.address} /> },
    {
      id: "tags",
      label: t("contacts.tags"),
      isMinor: true,
      cell: (contact) => (
        <span className={styles.tags}>
          {contact.tags.map((tag) => (
            <button key={tag} type="button" className={styles.tag} onClick={() => onTag(tag)}>
              <Badge>{tag}</Badge>
            </button>
          ))}
        </span>
      ),
    },
    { id: "language", label: t("contacts.language"), isMinor: true, cell: (contact) => (contact.language ? language(contact.language) : "") },
    { id: "updated", label: t("contacts.updated"), isMinor: true, align: "end", cell: (contact) => <span className="numbers">{short(contact.updated_at)}</span> },
  ];
}

function MoreMenu({ filter, onSegment }: { filter: Filter; onSegment: () => void }) {
  const t = useText(contactsTexts);
  const may = useMay();
  const navigate = useNavigate();
  const client = useQueryClient();
  const toast = useToast();
  const remove = useMutation({
    mutationFn: () => send("DELETE", `/v1/segments/${filter.segment}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/segments"] });
      filter.setSegment("");
    },
    onError: toast.bad,
  });
  const csv = address("/v1/contacts/export", { segment: filter.segment, tag: filter.tag });
  const items: MenuEntry[] = [];
  if (may("export:read")) items.push({ id: "csv", label: t("contacts.export"), icon: Download, href: csv, download: "contacts.csv" });
  if (may("contacts:write")) {
    items.push({ id: "twins", label: t("contacts.duplicates"), icon: Copy, onAction: () => void navigate("/contacts/duplicates") });
  }
  if (may("campaigns:write")) {
    items.push({ id: "segment", label: t("contacts.new_segment"), icon: Layers, onAction: onSegment });
    if (filter.segment) items.push({ id: "gone", label: t("contacts.remove_segment"), icon: Trash2, isDanger: true, onAction: () => remove.mutate() });
  }
  return items.length > 0 ? <Menu label={t("contacts.more")} items={items} /> : null;
}

function NewContact({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const t = useText(contactsTexts);
  const toast = useToast();
  const navigate = useNavigate();
  const client = useQueryClient();
  const [number, setNumber] = useState("");
  const [name, setName] = useState("");
  const make = useMutation({
    mutationFn: () => send<Contact>("POST", "/v1/contacts", { body: { number, name: name.trim() || null } }),
    onSuccess: (contact) => {
      void client.invalidateQueries({ queryKey: ["/v1/contacts"] });
      toast.good(t("contacts.created"));
      void navigate(`/contacts/${contact.id}`);
    },
  });
  return (
    <FormDialog title={t("contacts.new")} action={t("contacts.create")} isOpen={isOpen} onClose={onClose} onSubmit={() => make.mutate()} isPending={make.isPending} isDisabled={number.trim() === ""} size="small">
      <TextField label={t("contacts.number")} hint={t("contacts.number_hint")} value={number} onChange={setNumber} inputMode="tel" isRequired error={make.error?.message} />
      <TextField label={t("contacts.name")} value={name} onChange={setName} />
    </FormDialog>
  );
}
