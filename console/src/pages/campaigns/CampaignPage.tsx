import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Download, Pause, Play, Square, Trash2 } from "lucide-react";
import { useState } from "react";
import { useNavigate, useParams, useSearchParams } from "react-router";
import { send } from "../../api/client";
import { useMay } from "../../shell/session";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Button, Confirm, ErrorNote, Loading, Menu, type MenuEntry, Note, Page, Tabs, useFormat, useToast } from "../../ui";
import { ByHand, isByHand } from "./ByHand";
import { ContactsTab } from "./ContactsTab";
import { Overview } from "./Overview";
import { ResultsTab } from "./ResultsTab";
import { StateBadge } from "./StateBadge";
import { TextTab } from "./TextTab";
import { TryTab } from "./TryTab";
import { type Campaign, hasSegment, useCampaign, useProgress } from "./wire";

/** One campaign: tried, started, watched, and what came of it. */
export function CampaignPage() {
  const t = useText(campaignsTexts);
  const { id = "" } = useParams();
  const campaign = useCampaign(id);
  const back = { to: "/campaigns", label: t("campaigns.title") };
  if (campaign.data) return <Whole campaign={campaign.data} back={back} />;
  return (
    <Page title={t("campaigns.title")} back={back}>
      {campaign.error ? <ErrorNote error={campaign.error} onRetry={() => void campaign.refetch()} /> : <Loading />}
    </Page>
  );
}

function Whole({ campaign, back }: { campaign: Campaign; back: { to: string; label: string } }) {
  const t = useText(campaignsTexts);
  const may = useMay();
  const progress = useProgress(campaign);
  const [params, setParams] = useSearchParams();
  const state = progress.data?.state ?? campaign.state;
  const draft = state === "draft";
  const held = progress.data?.held;
  const heldWords = useHeld();
  const reason = progress.data?.reason ?? campaign.reason;
  const tabs = [
    { id: "overview", label: t("campaigns.overview"), content: <Overview campaign={campaign} progress={progress.data} /> },
    ...(isByHand(campaign) && may("phone:use") ? [{ id: "by-hand", label: t("campaigns.by_hand"), content: <ByHand campaign={campaign} /> }] : []),
    { id: "try", label: t("campaigns.tryout"), content: <TryTab campaign={campaign} contacts={progress.data?.contacts ?? 0} /> },
    { id: "contacts", label: t("campaigns.contacts"), badge: progress.data?.contacts, content: <ContactsTab campaign={campaign} asked={progress.data?.segment} /> },
    { id: "results", label: t("campaigns.results"), content: <ResultsTab campaign={campaign} /> },
    { id: "text", label: t("campaigns.text"), content: <TextTab key={campaign.version} campaign={campaign} /> },
  ];
  return (
    <Page title={campaign.name} back={back} badges={<StateBadge state={state} />} actions={<Actions campaign={campaign} state={state} contacts={progress.data?.contacts ?? 0} />}>
      {held && <Note tone="warn">{heldWords(held)}</Note>}
      {reason && <Note tone="warn">{reason}</Note>}
      <Tabs label={campaign.name} items={tabs} selected={params.get("tab") ?? (draft ? "try" : "overview")} onSelect={(tab) => setParams({ tab }, { replace: true })} />
    </Page>
  );
}

/** Why nobody is called although it runs. */
function useHeld(): (held: { reason: string; detail: string }) => string {
  const t = useText(campaignsTexts);
  return ({ reason, detail }) => {
    const key = `campaigns.held.${reason}`;
    return key in campaignsTexts ? t(key as keyof typeof campaignsTexts) : detail;
  };
}

interface ActionsProps {
  campaign: Campaign;
  state: string;
  contacts: number;
}

type Deed = "start" | "pause" | "resume" | "stop";

function Actions({ campaign, state, contacts }: ActionsProps) {
  const t = useText(campaignsTexts);
  const may = useMay();
  const toast = useToast();
  const client = useQueryClient();
  const [asking, setAsking] = useState<"start" | "stop" | "delete">();
  const close = () => setAsking(undefined);
  const act = useMutation({
    mutationFn: (deed: Deed) => send("POST", `/v1/campaigns/${campaign.id}/${deed}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/v1/campaigns"] }),
    onError: toast.bad,
    onSettled: close,
  });
  const writes = may("campaigns:write");
  const items: MenuEntry[] = [
    { id: "csv", label: t("campaigns.csv"), icon: Download, href: `/v1/campaigns/${encodeURIComponent(campaign.name)}/results?format=csv`, download: `${campaign.name}.csv` },
  ];
  if (writes && state !== "running") items.push({ id: "delete", label: t("campaigns.delete"), icon: Trash2, isDanger: true, onAction: () => setAsking("delete") });
  return (
    <>
      {writes && state === "draft" && (
        <Button variant="primary" icon={Play} onPress={() => setAsking("start")}>
          {t("campaigns.start")}
        </Button>
      )}
      {writes && state === "running" && (
        <Button icon={Pause} isPending={act.isPending} onPress={() => act.mutate("pause")}>
          {t("campaigns.pause")}
        </Button>
      )}
      {writes && state === "paused" && (
        <Button variant="primary" icon={Play} isPending={act.isPending} onPress={() => act.mutate("resume")}>
          {t("campaigns.resume")}
        </Button>
      )}
      {writes && (state === "running" || state === "paused") && (
        <Button variant="danger" icon={Square} onPress={() => setAsking("stop")}>
          {t("campaigns.stop")}
        </Button>
      )}
      <Menu label={t("campaigns.more")} items={items} />
      <Confirm title={t("campaigns.start_title")} action={t("campaigns.start")} isOpen={asking === "start"} isPending={act.isPending} onConfirm={() => act.mutate("start")} onClose={close}>
        {hasSegment(campaign) ? t("campaigns.segment_start") : t("campaigns.start_text", { count: contacts })}
      </Confirm>
      <Confirm title={t("campaigns.stop_title")} action={t("campaigns.stop")} isDanger isOpen={asking === "stop"} isPending={act.isPending} onConfirm={() => act.mutate("stop")} onClose={close}>
        {t("campaigns.stop_text")}
      </Confirm>
      {asking === "delete" && <Delete campaign={campaign} onClose={close} />}
    </>
  );
}

function Delete({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const t = useText(campaignsTexts);
  const toast = useToast();
  const navigate = useNavigate();
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send("DELETE", `/v1/campaigns/${campaign.id}`),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/campaigns"], refetchType: "none" });
      void navigate("/campaigns");
    },
    onError: toast.bad,
  });
  return (
    <Confirm title={t("campaigns.delete_title")} action={t("campaigns.delete")} isDanger isOpen isPending={remove.isPending} onConfirm={() => remove.mutate()} onClose={onClose}>
      {t("campaigns.delete_text")}
    </Confirm>
  );
}

/** Seconds of talk as people say them. */
export function useTalked(): (seconds: number) => string {
  const { span } = useFormat();
  return (seconds) => (seconds === 0 ? "–" : span(seconds * 1_000));
}
