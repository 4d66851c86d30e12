import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { Link } from "react-router";
import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Button, type Column, Empty, Note, Panel, PhoneNumber, Select, Table, useFormat } from "../../ui";
import { FaultTable } from "../contacts/Faults";
import { FileDrop } from "../contacts/FileDrop";
import { useOutcome } from "../contacts/calls";
import styles from "./Campaigns.module.css";
import { SegmentNote } from "./SegmentNote";
import { TextFaults } from "./TextFaults";
import { type Added, type Asked, type Campaign, type CampaignContact, hasSegment, tableDuplicates, tableFaults } from "./wire";

const STATES = ["all", "waiting", "calling", "done"] as const;

/** Whom the campaign calls, and what was tried. */
export function ContactsTab({ campaign, asked }: { campaign: Campaign; asked?: Asked | null }) {
  const t = useText(campaignsTexts);
  const may = useMay();
  const [state, setState] = useState<(typeof STATES)[number]>("all");
  const path = `/v1/campaigns/${campaign.id}/contacts`;
  const list = useRows<CampaignContact>(path, { state: state === "all" ? undefined : state }, { refetchMs: campaign.state === "running" ? 5_000 : undefined });
  const options = STATES.map((id) => ({ id, label: t(id === "all" ? "campaigns.all_states" : `campaigns.contact_state.${id}`) }));
  return (
    <div className={styles.stack}>
      {may("campaigns:write") && campaign.state !== "stopped" && !hasSegment(campaign) && <AddTable campaign={campaign} />}
      {asked && <SegmentNote asked={asked} />}
      <div className={styles.row}>
        <Select label={t("campaigns.state")} isLabelHidden value={state} options={options} onChange={setState} />
      </div>
      <Panel flush>
        <Table
          label={t("campaigns.contacts")}
          columns={useColumns()}
          rows={list.rows}
          rowKey={({ id }) => String(id)}
          isLoading={list.isLoading}
          error={list.error}
          onRetry={list.retry}
          hasMore={list.hasMore}
          isLoadingMore={list.isLoadingMore}
          onMore={list.more}
          empty={<Empty title={t("campaigns.no_contacts")} />}
        />
      </Panel>
    </div>
  );
}

function useColumns(): Column<CampaignContact>[] {
  const t = useText(campaignsTexts);
  const outcome = useOutcome();
  const { short } = useFormat();
  const nameOf = ({ details }: CampaignContact) => String((details as Record<string, unknown>)["name"] ?? "");
  const stateOf = (contact: CampaignContact) => {
    const key = `campaigns.contact_state.${contact.state}`;
    return key in campaignsTexts ? t(key as keyof typeof campaignsTexts) : contact.state;
  };
  return [
    { id: "name", label: t("campaigns.name"), cell: (contact) => nameOf(contact) || "–" },
    { id: "number", label: t("campaigns.number"), cell: ({ number }) => <PhoneNumber number={number || null} /> },
    { id: "state", label: t("campaigns.state"), cell: stateOf },
    { id: "outcome", label: t("campaigns.outcome"), cell: (contact) => [contact.outcome, contact.disposition].filter((word): word is string => Boolean(word)).map(outcome).join(" · ") },
    { id: "attempts", label: t("campaigns.attempts"), isMinor: true, align: "end", cell: ({ attempts }) => <Attempts attempts={attempts} /> },
    { id: "due", label: t("campaigns.when"), isMinor: true, align: "end", cell: ({ due_at }) => <span className="numbers">{due_at ? short(due_at) : ""}</span> },
  ];
}

/** How often it was tried; the last call can be opened. */
function Attempts({ attempts }: { attempts: CampaignContact["attempts"] }) {
  const { number } = useFormat();
  const last = attempts.findLast(({ call }) => call);
  const count = <span className="numbers">{number(attempts.length)}</span>;
  return last?.call ? <Link to={`/calls/${last.call}`}>{count}</Link> : count;
}

function AddTable({ campaign }: { campaign: Campaign }) {
  const t = useText(campaignsTexts);
  const client = useQueryClient();
  const [file, setFile] = useState<File>();
  const add = useMutation({
    mutationFn: ({ table, keepGood }: { table: File; keepGood: boolean }) =>
      send<Added>("POST", `/v1/campaigns/${campaign.id}/contacts`, { raw: table, headers: { "content-type": "text/csv" }, query: { keep_good: keepGood } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/v1/campaigns", campaign.id] }),
    onSettled: () => client.invalidateQueries({ queryKey: [`/v1/campaigns/${campaign.id}/contacts`] }),
  });
  const choose = (table: File) => {
    setFile(table);
    add.mutate({ table, keepGood: false });
  };
  const faults = tableFaults(add.error);
  const duplicates = add.data?.duplicates ?? tableDuplicates(add.error);
  return (
    <Panel title={t("campaigns.add_table")}>
      <div className={styles.stack}>
        <FileDrop label={t("campaigns.add_table")} accept=".csv,.txt,.tsv,text/csv" hint={t("campaigns.table_hint")} name={file?.name} onFile={choose} />
        {add.data && (
          <div role="status">
            <Note tone="good">{t("campaigns.added", { added: add.data.added, known: add.data.known })}</Note>
          </div>
        )}
        <TextFaults error={add.error} />
        {faults.length > 0 && file && (
          <div>
            <Button isPending={add.isPending} onPress={() => add.mutate({ table: file, keepGood: true })}>
              {t("campaigns.create_good")}
            </Button>
          </div>
        )}
        <FaultTable faults={faults} faultCount={faults.length} duplicates={duplicates} duplicateCount={duplicates.length} />
      </div>
    </Panel>
  );
}
