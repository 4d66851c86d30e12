import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, History, PhoneCall, Redo2, Save, Trash2, Undo2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { agentsTexts } from "../../text/agents";
import { flowsTexts } from "../../text/flows";
import { rehearsalTexts } from "../../text/rehearsals";
import { useText } from "../../text/useText";
import { Badge, Button, Confirm, ErrorNote, IconButton, LinkButton, Loading, Menu, Note, Page, Tabs, useFormat, useToast } from "../../ui";
import { readSource } from "../../yaml/source";
import { TextEditor } from "../../yaml/TextEditor";
import { useDraft } from "../../yaml/useDraft";
import type { Draft } from "../../yaml/useDraft";
import { VersionsDialog } from "../../yaml/VersionsDialog";
import { useWarnBeforeLeaving } from "../../yaml/useWarnBeforeLeaving";
import { Gaps } from "../knowledge/Gaps";
import { AgentForm } from "./AgentForm";
import styles from "./agents.module.css";
import { KnowledgeForm, ToolsForm } from "./Abilities";
import { Rehearse } from "./Rehearse";

export function AgentEditor() {
  const { name = "" } = useParams();
  const t = useText(agentsTexts);
  const mayWrite = useMay()("agents:write");
  const path = `/v1/agents/${encodeURIComponent(name)}`;
  const draft = useDraft(path, mayWrite);
  const back = { to: "/agents", label: t("agents.title") };
  if (draft.asked.isPending || draft.base === null) {
    return (
      <Page title={name} back={back}>
        {draft.asked.error ? <ErrorNote error={draft.asked.error} onRetry={() => void draft.asked.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return <Open key={name} name={name} path={path} draft={draft} mayWrite={mayWrite} />;
}

interface OpenProps {
  name: string;
  path: string;
  draft: Draft;
  mayWrite: boolean;
}

function Open({ name, path, draft, mayWrite }: OpenProps) {
  const t = useText(agentsTexts);
  const u = useText(flowsTexts);
  const r = useText(rehearsalTexts);
  const may = useMay();
  const [showsVersions, setShowsVersions] = useState(false);
  const { text } = draft;
  const source = useMemo(() => readSource(text), [text]);
  const edit = mayWrite && source.faults.length === 0 ? draft.change : undefined;
  useWarnBeforeLeaving(draft.dirty);
  const part = { source, text, onChange: edit };
  return (
    <Page
      title={name}
      back={{ to: "/agents", label: t("agents.title") }}
      badges={<State draft={draft} />}
      actions={<Actions name={name} path={path} draft={draft} mayWrite={mayWrite} onVersions={() => setShowsVersions(true)} />}
    >
      {!mayWrite && <Note>{t("agents.readOnly")}</Note>}
      {source.faults.length > 0 && <Note tone="warn">{u("flows.notYaml")}</Note>}
      <div className={styles.workspace}>
        <Tabs
          label={name}
          items={[
            { id: "form", label: t("agents.form"), content: <AgentForm {...part} /> },
            { id: "tools", label: t("agents.tools"), content: <ToolsForm {...part} /> },
            {
              id: "knowledge",
              label: t("agents.knowledge"),
              content: (
                <div className={styles.stack}>
                  <KnowledgeForm {...part} />
                  {may("knowledge:read") && <Gaps agent={name} />}
                </div>
              ),
            },
            { id: "rehearse", label: r("rehearsals.title"), content: <Rehearse path={path} agent={name} draft={soundDraft(draft)} /> },
          ]}
        />
        <div className={styles.text}>
          <TextEditor label={t("agents.textLabel")} value={text} onChange={mayWrite ? (value) => draft.change(value, "text") : undefined} faults={draft.faults} />
        </div>
      </div>
      {showsVersions && <VersionsDialog path={path} text={text} mayWrite={mayWrite} onClose={() => setShowsVersions(false)} />}
    </Page>
  );
}

/** What is not saved and could be. */
function soundDraft({ dirty, faults, isChecking, text }: Draft): string | undefined {
  return dirty && !isChecking && !faults.some(({ severity }) => severity === "error") ? text : undefined;
}

function State({ draft }: { draft: Draft }) {
  const u = useText(flowsTexts);
  const errors = draft.faults.filter((fault) => fault.severity === "error").length;
  return (
    <span className={styles.state} role="status">
      {draft.version !== undefined && <Badge>{u("flows.version", { version: draft.version })}</Badge>}
      {draft.dirty && <Badge tone="warn">{u("flows.unsaved")}</Badge>}
      {errors > 0 && <Badge tone="bad">{u("flows.faults", { count: errors })}</Badge>}
      {draft.dirty && errors === 0 && !draft.isChecking && (
        <Badge tone="good" icon={CircleCheck}>
          {u("flows.fine")}
        </Badge>
      )}
    </span>
  );
}

interface NumberEntry {
  number: string;
  agent: string | null;
}

function Actions({ name, path, draft, mayWrite, onVersions }: OpenProps & { onVersions: () => void }) {
  const t = useText(agentsTexts);
  const u = useText(flowsTexts);
  const f = useFormat();
  const may = useMay();
  const toast = useToast();
  const navigate = useNavigate();
  const [asks, setAsks] = useState(false);
  const numbers = useRows<NumberEntry>("/v1/numbers", {}, { enabled: may("numbers:read") });
  const number = numbers.rows.find((known) => known.agent === name)?.number;
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send("DELETE", path),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/agents"] });
      return navigate("/agents");
    },
    onError: toast.bad,
  });
  const save = () =>
    draft.save.mutate(draft.text, {
      onSuccess: (saved) => toast.good(u("flows.saved", { version: saved.version })),
      onError: toast.bad,
    });
  return (
    <>
      {may("phone:use") && number !== undefined && (
        <span title={t("agents.talkHelp", { number: f.phone(number) })}>
          <LinkButton icon={PhoneCall} to={`/phone?call=${encodeURIComponent(number)}`}>
            {t("agents.talk")}
          </LinkButton>
        </span>
      )}
      {may("phone:use") && number === undefined && !numbers.isLoading && may("numbers:read") && (
        <span className={styles.noNumber}>
          {t("agents.noNumber")} <LinkButton size="small" variant="quiet" to="/numbers">{t("agents.toNumbers")}</LinkButton>
        </span>
      )}
      {mayWrite && (
        <>
          <IconButton label={u("flows.undo")} icon={Undo2} onPress={draft.undo} isDisabled={!draft.mayUndo} />
          <IconButton label={u("flows.redo")} icon={Redo2} onPress={draft.redo} isDisabled={!draft.mayRedo} />
        </>
      )}
      <Button icon={History} onPress={onVersions}>
        {u("flows.versions")}
      </Button>
      {mayWrite && (
        <>
          <Button variant="primary" icon={Save} onPress={save} isPending={draft.save.isPending} isDisabled={!draft.dirty}>
            {u("flows.save")}
          </Button>
          <Menu
            label={u("flows.settings")}
            items={[
              { id: "discard", label: u("flows.discard"), isDisabled: !draft.dirty, onAction: () => void draft.discard() },
              { id: "delete", label: t("agents.deleteAgent"), icon: Trash2, isDanger: true, onAction: () => setAsks(true) },
            ]}
          />
          <Confirm title={t("agents.deleteAgent")} action={t("agents.deleteAgent")} isDanger isOpen={asks} isPending={remove.isPending} onConfirm={() => remove.mutate()} onClose={() => setAsks(false)}>
            {u("flows.deleteSure", { name })}
          </Confirm>
        </>
      )}
    </>
  );
}
