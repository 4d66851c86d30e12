import { useQueryClient } from "@tanstack/react-query";
import { Megaphone, Plus } from "lucide-react";
import { useLive } from "../../api/live";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { type Column, Empty, LinkButton, Page, Panel, Table, useFormat } from "../../ui";
import { StateBadge } from "./StateBadge";
import type { Campaign } from "./wire";

/** All campaigns, newest first. */
export function ListPage() {
  const t = useText(campaignsTexts);
  const may = useMay();
  const client = useQueryClient();
  const list = useRows<Campaign>("/v1/campaigns");
  useLive((message) => {
    if (message.type === "missed" || message.type === "campaign") void client.invalidateQueries({ queryKey: ["/v1/campaigns"], exact: false });
  });
  const make = may("campaigns:write") && (
    <LinkButton to="/campaigns/new" variant="primary" icon={Plus}>
      {t("campaigns.new")}
    </LinkButton>
  );
  return (
    <Page title={t("campaigns.title")} actions={make}>
      <Panel flush>
        <Table
          label={t("campaigns.title")}
          columns={useColumns()}
          rows={list.rows}
          rowKey={({ id }) => id}
          href={({ id }) => `/campaigns/${id}`}
          isLoading={list.isLoading}
          error={list.error}
          onRetry={list.retry}
          hasMore={list.hasMore}
          isLoadingMore={list.isLoadingMore}
          onMore={list.more}
          empty={
            <Empty icon={Megaphone} title={t("campaigns.empty")}>
              {t("campaigns.empty_hint")}
            </Empty>
          }
        />
      </Panel>
    </Page>
  );
}

function useColumns(): Column<Campaign>[] {
  const t = useText(campaignsTexts);
  const { short } = useFormat();
  return [
    { id: "name", label: t("campaigns.name"), cell: ({ name }) => name },
    { id: "state", label: t("campaigns.state"), cell: (campaign) => <StateBadge state={campaign.state} /> },
    { id: "created", label: t("campaigns.created"), isMinor: true, align: "end", cell: (campaign) => <span className="numbers">{short(campaign.created_at)}</span> },
    { id: "started", label: t("campaigns.started"), isMinor: true, align: "end", cell: (campaign) => <span className="numbers">{campaign.started_at ? short(campaign.started_at) : ""}</span> },
  ];
}
