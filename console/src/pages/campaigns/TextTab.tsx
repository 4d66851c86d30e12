import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { send } from "../../api/client";
import { useMay } from "../../shell/session";
import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Button, Note, Panel, TextField, useToast } from "../../ui";
import styles from "./Campaigns.module.css";
import { TextFaults } from "./TextFaults";
import type { Campaign } from "./wire";

/** The text of a campaign, to be changed while nothing goes on. */
export function TextTab({ campaign }: { campaign: Campaign }) {
  const t = useText(campaignsTexts);
  const may = useMay();
  const toast = useToast();
  const client = useQueryClient();
  const kept = campaign.yaml ?? "";
  const [yaml, setYaml] = useState(kept);
  const open = may("campaigns:write") && (campaign.state === "draft" || campaign.state === "paused");
  const keep = useMutation({
    mutationFn: () => send("PUT", `/v1/campaigns/${campaign.id}`, { raw: yaml, headers: { "content-type": "application/yaml" } }),
    onSuccess: () => {
      toast.good(t("campaigns.saved"));
      return client.invalidateQueries({ queryKey: ["/v1/campaigns", campaign.id] });
    },
  });
  return (
    <Panel title={t("campaigns.text")} hint={t("campaigns.text_hint")}>
      <div className={styles.stack}>
        {!open && <Note>{t("campaigns.text_locked")}</Note>}
        <TextField label={t("campaigns.text")} isLabelHidden value={yaml} onChange={setYaml} rows={24} isMono spellCheck={false} isReadOnly={!open} />
        <TextFaults error={keep.error} />
        {open && (
          <div>
            <Button variant="primary" isPending={keep.isPending} isDisabled={yaml === kept} onPress={() => keep.mutate()}>
              {t("campaigns.save_text")}
            </Button>
          </div>
        )}
      </div>
    </Panel>
  );
}
