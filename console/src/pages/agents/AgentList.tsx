import { useMutation } from "@tanstack/react-query";
import { Bot, Plus } from "lucide-react";
import { useState } from "react";
import { useNavigate } from "react-router";

import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { agentsTexts } from "../../text/agents";
import { flowsTexts } from "../../text/flows";
import { useLanguage, useText } from "../../text/useText";
import { Badge, Button, Empty, ErrorNote, FormDialog, Page, Panel, Table, TextField, useFormat } from "../../ui";
import { putText } from "../../yaml/useDraft";
import type { TextVersion } from "../../yaml/useDraft";

const NAME = /^[a-z0-9_-]{1,64}$/;

export function AgentList() {
  const t = useText(agentsTexts);
  const u = useText(flowsTexts);
  const f = useFormat();
  const may = useMay();
  const [isAdding, setAdding] = useState(false);
  const agents = useRows<TextVersion>("/v1/agents");
  const rows = [...agents.rows].sort((one, other) => one.name.localeCompare(other.name));
  const add = may("agents:write") && (
    <Button variant="primary" icon={Plus} onPress={() => setAdding(true)}>
      {t("agents.new")}
    </Button>
  );
  return (
    <Page title={t("agents.title")} subtitle={t("agents.about")} actions={add}>
      <Panel flush>
        <Table
          label={t("agents.title")}
          rows={rows}
          rowKey={(agent) => agent.name}
          href={(agent) => `/agents/${agent.name}`}
          isLoading={agents.isLoading}
          error={agents.error}
          onRetry={agents.retry}
          empty={
            <Empty icon={Bot} title={t("agents.none")} action={add}>
              {t("agents.about")}
            </Empty>
          }
          columns={[
            { id: "name", label: u("flows.name"), cell: (agent) => agent.name },
            { id: "version", label: u("flows.versionHead"), cell: (agent) => <Badge>{u("flows.version", { version: agent.version })}</Badge> },
            { id: "changed", label: u("flows.changed"), cell: (agent) => f.short(agent.created_at), align: "end" },
          ]}
        />
      </Panel>
      {isAdding && <NewAgent onClose={() => setAdding(false)} taken={rows.map((agent) => agent.name)} />}
    </Page>
  );
}

function NewAgent({ onClose, taken }: { onClose: () => void; taken: string[] }) {
  const t = useText(agentsTexts);
  const u = useText(flowsTexts);
  const language = useLanguage();
  const navigate = useNavigate();
  const [name, setName] = useState("");
  const text = `languages: [${language}]\n\npersona: |\n  ${t("agents.firstPersona")}\n`;
  const create = useMutation({ mutationFn: () => putText(`/v1/agents/${name}`, text), onSuccess: () => navigate(`/agents/${name}`) });
  return (
    <FormDialog
      title={t("agents.new")}
      action={u("flows.create")}
      isOpen
      onClose={onClose}
      isPending={create.isPending}
      isDisabled={!NAME.test(name) || taken.includes(name)}
      onSubmit={() => create.mutate()}
      size="small"
    >
      <TextField label={u("flows.name")} hint={u("flows.nameHelp")} value={name} onChange={setName} isRequired />
      {create.error && <ErrorNote error={create.error} />}
    </FormDialog>
  );
}
