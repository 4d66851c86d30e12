import { useMutation } from "@tanstack/react-query";
import { Plus, Workflow } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";

import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { flowsTexts } from "../../text/flows";
import { useLanguage, useText } from "../../text/useText";
import { Badge, Button, Empty, ErrorNote, FormDialog, Page, Panel, Table, TextField, useFormat } from "../../ui";
import { putText } from "../../yaml/useDraft";
import type { TextVersion } from "../../yaml/useDraft";

export const NAME = /^[a-z0-9_-]{1,64}$/;

export function FlowList() {
  const t = useText(flowsTexts);
  const f = useFormat();
  const may = useMay();
  const [isAdding, setAdding] = useState(false);
  const flows = useRows<TextVersion>("/v1/flows");
  const rows = [...flows.rows].sort((one, other) => one.name.localeCompare(other.name));
  const add = may("flows:write") && (
    <Button variant="primary" icon={Plus} onPress={() => setAdding(true)}>
      {t("flows.new")}
    </Button>
  );
  return (
    <Page title={t("flows.title")} subtitle={t("flows.about")} actions={add}>
      <Panel flush>
        <Table
          label={t("flows.title")}
          rows={rows}
          rowKey={(flow) => flow.name}
          href={(flow) => `/flows/${flow.name}`}
          isLoading={flows.isLoading}
          error={flows.error}
          onRetry={flows.retry}
          empty={
            <Empty icon={Workflow} title={t("flows.none")} action={add}>
              {t("flows.noneHelp")}
            </Empty>
          }
          columns={[
            { id: "name", label: t("flows.name"), cell: (flow) => flow.name },
            { id: "version", label: t("flows.versionHead"), cell: (flow) => <Badge>{t("flows.version", { version: flow.version })}</Badge> },
            { id: "changed", label: t("flows.changed"), cell: (flow) => f.short(flow.created_at), align: "end" },
          ]}
        />
      </Panel>
      {isAdding && <NewFlow onClose={() => setAdding(false)} taken={rows.map((flow) => flow.name)} />}
    </Page>
  );
}

function NewFlow({ onClose, taken }: { onClose: () => void; taken: string[] }) {
  const t = useText(flowsTexts);
  const language = useLanguage();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const text = `languages: [${language}]\n\nnodes:\n  hello:\n    say: ${t("flows.hello")}\n    next: hangup\n`;
  const create = useMutation({
    mutationFn: () => putText(`/v1/flows/${name}`, text),
    onSuccess: () => navigate(`/flows/${name}`),
  });
  return (
    <FormDialog
      title={t("flows.new")}
      action={t("flows.create")}
      isOpen
      onClose={onClose}
      isPending={create.isPending}
      isDisabled={!NAME.test(name) || taken.includes(name)}
      onSubmit={() => create.mutate()}
      size="small"
    >
      <TextField label={t("flows.name")} hint={t("flows.nameHelp")} value={name} onChange={setName} isRequired />
      {create.error && <ErrorNote error={create.error} />}
    </FormDialog>
  );
}
