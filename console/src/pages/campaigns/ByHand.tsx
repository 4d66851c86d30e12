import { useMutation } from "@tanstack/react-query";
import { Clock, Phone as PhoneIcon, SkipForward } from "lucide-react";
import { parse } from "yaml";
import { send } from "../../api/client";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Button, Facts, Note, Panel, useFormat, useToast } from "../../ui";
import { readyPhone } from "../phone/call";
import { useOwnMember } from "../phone/people";
import styles from "./Campaigns.module.css";
import type { Campaign, CampaignContact } from "./wire";

interface Shown {
  contact?: CampaignContact | null;
  variables: Record<string, string>;
}

/** Whether members see whom they call before each call. */
export function isByHand({ yaml }: Campaign): boolean {
  try {
    const known: unknown = parse(yaml ?? "");
    return (known as { pace?: { kind?: unknown } | null } | null)?.pace?.kind === "preview";
  } catch {
    return false;
  }
}

/** One contact after another: seen, then called by oneself. */
export function ByHand({ campaign }: { campaign: Campaign }) {
  const t = useText(campaignsTexts);
  const toast = useToast();
  const { phone: written } = useFormat();
  const own = useOwnMember();
  const path = `/v1/campaigns/${campaign.id}/preview`;
  const ask = <R,>(deed: string, more: object = {}) => send<R>("POST", `${path}/${deed}`, { body: { member: own?.name, ...more } });
  const next = useMutation({ mutationFn: () => ask<Shown>("next"), onError: toast.bad });
  const contact = next.data?.contact;
  const take = useMutation({
    mutationFn: async () => {
      await readyPhone();
      return ask("accept", { contact: contact?.id });
    },
    onSuccess: () => next.reset(),
    onError: toast.bad,
  });
  const skip = useMutation({ mutationFn: () => ask("skip", { contact: contact?.id }), onSuccess: () => next.mutate(), onError: toast.bad });
  const name = contact && String((contact.details as Record<string, unknown>)["name"] ?? "");
  return (
    <Panel title={t("campaigns.by_hand")} hint={t("campaigns.by_hand_hint")}>
      <div className={styles.stack}>
        {!contact && (
          <div>
            <Button variant="primary" icon={SkipForward} isPending={next.isPending} isDisabled={!own} onPress={() => next.mutate()}>
              {t("campaigns.show_next")}
            </Button>
          </div>
        )}
        {next.data && !contact && <Note>{t("campaigns.nobody_now")}</Note>}
        {contact && (
          <>
            <h3>
              {name || written(contact.number)} {name && <span className={`${styles.muted} numbers`}>{written(contact.number)}</span>}
            </h3>
            <Facts columns items={Object.entries(next.data?.variables ?? {}).map(([label, value]) => ({ label, value }))} />
            <div className={styles.row}>
              <Button variant="primary" icon={PhoneIcon} isPending={take.isPending} onPress={() => take.mutate()}>
                {t("campaigns.call_now")}
              </Button>
              <Button icon={Clock} isPending={skip.isPending} onPress={() => skip.mutate()}>
                {t("campaigns.skip")}
              </Button>
            </div>
          </>
        )}
      </div>
    </Panel>
  );
}
