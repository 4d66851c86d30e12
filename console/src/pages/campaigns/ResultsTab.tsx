import { useQuery } from "@tanstack/react-query";
import { Download } from "lucide-react";
import { send } from "../../api/client";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Badge, DownloadButton, ErrorNote, Loading, Panel, useFormat } from "../../ui";
import { useOutcome } from "../contacts/calls";
import { Bars } from "./Bars";
import styles from "./Campaigns.module.css";
import type { Campaign, Results } from "./wire";

/** The steps of every funnel; what follows are the words of the app. */
const STEPS = ["contacts", "dialled", "answered", "reached"] as const;

/** What came of a campaign. */
export function ResultsTab({ campaign }: { campaign: Campaign }) {
  const t = useText(campaignsTexts);
  const outcome = useOutcome();
  const results = useQuery({
    queryKey: ["/v1/campaigns", campaign.id, "results"],
    queryFn: () => send<Results>("GET", `/v1/campaigns/${campaign.id}/results`),
  });
  if (results.error) return <ErrorNote error={results.error} onRetry={() => void results.refetch()} />;
  if (!results.data) return <Loading />;
  const { funnel, contacts, variants, comparison, keys = [] } = results.data;
  const named = (step: string) => STEPS.find((one) => one === step);
  const nameOf = (step: string) => {
    const known = named(step);
    return known ? t(`campaigns.${known}`) : outcome(step);
  };
  return (
    <div className={styles.stack}>
      <Panel
        title={t("campaigns.funnel")}
        actions={
          <DownloadButton size="small" icon={Download} href={`/v1/campaigns/${encodeURIComponent(campaign.name)}/results?format=csv`} download={`${campaign.name}.csv`}>
            {t("campaigns.csv")}
          </DownloadButton>
        }
      >
        <Bars label={t("campaigns.funnel")} rows={funnel.map(({ step, contacts: count }) => ({ name: nameOf(step), count }))} of={contacts} />
      </Panel>
      {variants.map((variant) => (
        <Panel key={variant.variant} title={`${t("campaigns.variants")}: ${variant.variant}`}>
          <Bars
            label={variant.variant}
            of={variant.contacts}
            rows={[...Object.entries(variant.outcomes), ...Object.entries(variant.dispositions)].map(([name, count]) => ({ name: outcome(name), count }))}
          />
        </Panel>
      ))}
      {comparison.length > 0 && <Compared comparison={comparison} names={variants.map(({ variant }) => variant)} nameOf={nameOf} />}
      {keys.length > 0 && <Keys keys={keys} />}
    </div>
  );
}

interface ComparedProps {
  comparison: Results["comparison"];
  names: string[];
  nameOf: (what: string) => string;
}

function Compared({ comparison, names, nameOf }: ComparedProps) {
  const t = useText(campaignsTexts);
  const { percent } = useFormat();
  return (
    <Panel title={t("campaigns.compare")} flush>
      <div className={styles.scroll}>
        <table className={styles.table}>
          <thead>
            <tr>
              <th scope="col">{t("campaigns.outcome")}</th>
              <th scope="col">{names[0]}</th>
              <th scope="col">{names[1]}</th>
              <th scope="col">{t("campaigns.difference")}</th>
            </tr>
          </thead>
          <tbody>
            {comparison.map((one) => (
              <tr key={one.what}>
                <th scope="row">{nameOf(one.what)}</th>
                <td className="numbers">{percent(one.first)}</td>
                <td className="numbers">{percent(one.second)}</td>
                <td>
                  {t("campaigns.between", { low: percent(one.low), high: percent(one.high) })} <Badge tone={one.significant ? "good" : "neutral"}>{t(one.significant ? "campaigns.sure" : "campaigns.chance")}</Badge>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </Panel>
  );
}

function Keys({ keys }: { keys: NonNullable<Results["keys"]> }) {
  const t = useText(campaignsTexts);
  const { number } = useFormat();
  return (
    <Panel title={t("campaigns.keys")} flush>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">{t("campaigns.key")}</th>
            <th scope="col">{t("campaigns.step")}</th>
            <th scope="col">{t("campaigns.times")}</th>
          </tr>
        </thead>
        <tbody>
          {keys.map(({ flow, node, key, pressed }) => (
            <tr key={`${flow} ${node} ${key}`}>
              <th scope="row">{key}</th>
              <td>{node.replaceAll("_", " ")}</td>
              <td className="numbers">{number(pressed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Panel>
  );
}
