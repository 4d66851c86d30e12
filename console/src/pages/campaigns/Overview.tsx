import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../../api/client";
import { useMay } from "../../shell/session";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Button, Columns, Facts, Loading, Panel, TextField, useFormat, useToast } from "../../ui";
import { useOutcome } from "../contacts/calls";
import { Bars } from "./Bars";
import { useTalked } from "./CampaignPage";
import styles from "./Campaigns.module.css";
import type { Campaign, Progress } from "./wire";

/** How a campaign stands now. */
export function Overview({ campaign, progress }: { campaign: Campaign; progress?: Progress }) {
  const may = useMay();
  if (!progress) return <Loading />;
  return (
    <Columns
      aside={
        <>
          {may("campaigns:write") && <Pace key={campaign.updated_at} campaign={campaign} />}
          <Sums progress={progress} />
        </>
      }
    >
      <Stand progress={progress} />
      <Came progress={progress} />
    </Columns>
  );
}

function Stand({ progress }: { progress: Progress }) {
  const t = useText(campaignsTexts);
  const { number, percent } = useFormat();
  const { contacts, waiting, calling, done } = progress;
  const share = contacts > 0 ? done / contacts : 0;
  const words = t("campaigns.progress_of", { done, all: contacts });
  return (
    <Panel title={t("campaigns.progress")} actions={<span className="numbers">{percent(share)}</span>}>
      <div className={styles.stack}>
        <div className={styles.progress} role="progressbar" aria-label={t("campaigns.progress")} aria-valuenow={Math.round(share * 100)} aria-valuemin={0} aria-valuemax={100} aria-valuetext={words}>
          <span className={styles.progressDone} style={{ width: `${share * 100}%` }} />
          <span className={styles.progressCalling} style={{ width: `${contacts > 0 ? (100 * calling) / contacts : 0}%` }} />
        </div>
        <p role="status">{words}</p>
        <div className={styles.figures}>
          {([["waiting", waiting], ["calling", calling], ["done", done]] as const).map(([name, count]) => (
            <div key={name} className={styles.figure}>
              <strong className="numbers">{number(count)}</strong>
              <span>{t(`campaigns.${name}`)}</span>
            </div>
          ))}
        </div>
      </div>
    </Panel>
  );
}

function Came({ progress }: { progress: Progress }) {
  const t = useText(campaignsTexts);
  const outcome = useOutcome();
  const rows = (table: Record<string, number>) =>
    Object.entries(table)
      .map(([name, count]) => ({ name: outcome(name), count }))
      .sort((one, other) => other.count - one.count);
  const outcomes = rows(progress.outcomes);
  const said = rows(progress.dispositions);
  return (
    <>
      <Panel title={t("campaigns.outcomes")}>{outcomes.length > 0 ? <Bars label={t("campaigns.outcomes")} rows={outcomes} of={progress.done} /> : <p className={styles.muted}>{t("campaigns.nothing_yet")}</p>}</Panel>
      {said.length > 0 && (
        <Panel title={t("campaigns.said")}>
          <Bars label={t("campaigns.said")} rows={said} of={progress.done} />
        </Panel>
      )}
    </>
  );
}

function Sums({ progress }: { progress: Progress }) {
  const t = useText(campaignsTexts);
  const talked = useTalked();
  const { number } = useFormat();
  const { attempts } = progress;
  return (
    <Panel title={t("campaigns.attempts")}>
      <Facts
        items={[
          { label: t("campaigns.attempts"), value: number(attempts.attempts) },
          { label: t("campaigns.dialled"), value: number(attempts.dialled) },
          { label: t("campaigns.answered"), value: number(attempts.answered) },
          { label: t("campaigns.talked"), value: talked(attempts.talked_s) },
          { label: t("campaigns.cost"), value: attempts.cost > 0 && number(attempts.cost / 1_000_000, { minimumFractionDigits: 2, maximumFractionDigits: 2 }) },
        ]}
      />
    </Panel>
  );
}

/** How fast it calls, over what its text says. */
function Pace({ campaign }: { campaign: Campaign }) {
  const t = useText(campaignsTexts);
  const toast = useToast();
  const client = useQueryClient();
  const settings = campaign.settings as Record<string, number | undefined>;
  const [perSecond, setPerSecond] = useState(String(settings["per_second"] ?? ""));
  const [atOnce, setAtOnce] = useState(String(settings["at_once"] ?? ""));
  const value = (text: string) => (text.trim() === "" ? null : Number(text.replace(",", ".")));
  const set = useMutation({
    mutationFn: () => send("PUT", `/v1/campaigns/${campaign.id}/pace`, { body: { per_second: value(perSecond), at_once: value(atOnce) } }),
    onSuccess: () => {
      toast.good(t("campaigns.saved"));
      return client.invalidateQueries({ queryKey: ["/v1/campaigns", campaign.id] });
    },
    onError: toast.bad,
  });
  const wrong = [perSecond, atOnce].some((text) => Number.isNaN(value(text) ?? 0));
  return (
    <Panel title={t("campaigns.pace")} hint={t("campaigns.pace_hint")}>
      <form
        className={styles.stack}
        onSubmit={(event) => {
          event.preventDefault();
          if (!wrong) set.mutate();
        }}
      >
        <TextField label={t("campaigns.per_second")} value={perSecond} onChange={setPerSecond} inputMode="decimal" />
        <TextField label={t("campaigns.at_once")} value={atOnce} onChange={setAtOnce} inputMode="numeric" />
        <div>
          <Button type="submit" isPending={set.isPending} isDisabled={wrong}>
            {t("campaigns.set_pace")}
          </Button>
        </div>
      </form>
    </Panel>
  );
}
