import { useMutation, useQueryClient } from "@tanstack/react-query";
import { CircleCheck, History, Play, Redo2, Save, Trash2, Undo2 } from "lucide-react";
import { useMemo, useState } from "react";
import { useNavigate, useParams } from "react-router";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { flowsTexts } from "../../text/flows";
import { useLanguage, useText } from "../../text/useText";
import { Badge, Button, Confirm, ErrorNote, IconButton, Loading, Menu, Note, Page, Tabs, useToast } from "../../ui";
import { TextEditor } from "../../yaml/TextEditor";
import { useDraft } from "../../yaml/useDraft";
import { useWarnBeforeLeaving } from "../../yaml/useWarnBeforeLeaving";
import { VersionsDialog } from "../../yaml/VersionsDialog";
import { AddStep } from "./AddStep";
import { Canvas } from "./Canvas";
import styles from "./Editor.module.css";
import { faultsByNode, readFlow, reached } from "./model/graph";
import { StepList } from "./StepList";
import { StepPanel } from "./StepPanel";
import { TryPanel } from "./TryPanel";
import type { Counter, FlowView } from "./view";

export default function Editor() {
  const { name = "" } = useParams();
  const t = useText(flowsTexts);
  const may = useMay();
  const mayWrite = may("flows:write");
  const path = `/v1/flows/${encodeURIComponent(name)}`;
  const draft = useDraft(path, mayWrite);
  if (draft.asked.isPending || draft.base === null) {
    return (
      <Page title={name} back={{ to: "/flows", label: t("flows.title") }} width="full">
        {draft.asked.error ? <ErrorNote error={draft.asked.error} onRetry={() => void draft.asked.refetch()} /> : <Loading />}
      </Page>
    );
  }
  return <Open key={name} name={name} path={path} draft={draft} mayWrite={mayWrite} />;
}

interface OpenProps {
  name: string;
  path: string;
  draft: ReturnType<typeof useDraft>;
  mayWrite: boolean;
}

function Open({ name, path, draft, mayWrite }: OpenProps) {
  const t = useText(flowsTexts);
  const language = useLanguage();
  const [selected, select] = useState<string | null>(null);
  const [view, setView] = useState<"canvas" | "list">("canvas");
  const [side, setSide] = useState("text");
  const [showsVersions, setShowsVersions] = useState(false);
  const counters = useCounters(path, draft.version);
  const { text } = draft;
  const current = useMemo(() => readFlow(text, language), [text, language]);
  const graph = useLastReadable(current);
  const shown: FlowView = useMemo(
    () => ({ graph, faults: faultsByNode(graph, draft.faults), reached: reached(graph), counters }),
    [graph, draft.faults, counters],
  );
  const isBroken = current.source.faults.length > 0;
  const pick = (node: string | null) => {
    select(node);
    if (node !== null) setSide("step");
  };
  const edit = mayWrite && !isBroken ? draft.change : undefined;
  const node = graph.nodes.find((known) => known.name === selected);
  useWarnBeforeLeaving(draft.dirty);

  return (
    <Page
      title={name}
      back={{ to: "/flows", label: t("flows.title") }}
      width="full"
      badges={<State draft={draft} />}
      actions={<Actions name={name} path={path} draft={draft} mayWrite={mayWrite} onVersions={() => setShowsVersions(true)} onTry={() => setSide("try")} />}
    >
      {!mayWrite && <Note>{t("flows.readOnly")}</Note>}
      {draft.save.error && draft.faults.length === 0 && <ErrorNote error={draft.save.error} />}
      <div className={styles.workspace}>
        <section className={styles.main} aria-label={t("flows.steps")}>
          <div className={styles.toolbar}>
            <div role="group" aria-label={t("flows.view")} className={styles.views}>
              <Button size="small" variant={view === "canvas" ? "secondary" : "quiet"} isPressed={view === "canvas"} onPress={() => setView("canvas")}>
                {t("flows.canvas")}
              </Button>
              <Button size="small" variant={view === "list" ? "secondary" : "quiet"} isPressed={view === "list"} onPress={() => setView("list")}>
                {t("flows.list")}
              </Button>
            </div>
            {edit && <AddStep label={t("flows.addNode")} text={text} onAdd={(changed, added) => { edit(changed); pick(added); }} />}
          </div>
          {isBroken && <Note tone="warn">{t("flows.notYaml")}</Note>}
          {view === "canvas" ? (
            <Canvas view={shown} text={text} selected={selected} onSelect={pick} onChange={edit} />
          ) : (
            <StepList view={shown} selected={selected} onSelect={pick} />
          )}
        </section>
        <section className={styles.side}>
          <Tabs
            label={name}
            selected={side}
            onSelect={setSide}
            items={[
              {
                id: "step",
                label: t("flows.step"),
                content: <StepPanel key={selected} view={shown} node={node} text={text} onChange={edit} onSelect={pick} />,
              },
              {
                id: "text",
                label: t("flows.text"),
                badge: draft.faults.length > 0 ? draft.faults.length : undefined,
                content: (
                  <TextEditor
                    label={t("flows.textLabel")}
                    value={text}
                    onChange={mayWrite ? (value) => draft.change(value, "text") : undefined}
                    faults={draft.faults}
                    line={node?.line}
                  />
                ),
              },
              { id: "try", label: t("flows.try"), content: <TryPanel path={path} text={text} languages={graph.languages} onNode={select} /> },
            ]}
          />
        </section>
      </div>
      {showsVersions && <VersionsDialog path={path} text={text} mayWrite={mayWrite} onClose={() => setShowsVersions(false)} />}
    </Page>
  );
}

/** What was read last without a fault in the YAML itself: the canvas does not vanish at each half-typed line. */
function useLastReadable(graph: ReturnType<typeof readFlow>): ReturnType<typeof readFlow> {
  const [last, setLast] = useState(graph);
  if (graph !== last && graph.source.faults.length === 0) {
    setLast(graph);
    return graph;
  }
  return last;
}

function State({ draft }: { draft: OpenProps["draft"] }) {
  const t = useText(flowsTexts);
  const errors = draft.faults.filter((fault) => fault.severity === "error").length;
  return (
    <span className={styles.state} role="status">
      {draft.version !== undefined && <Badge>{t("flows.version", { version: draft.version })}</Badge>}
      {draft.dirty && <Badge tone="warn">{t("flows.unsaved")}</Badge>}
      {errors > 0 && <Badge tone="bad">{t("flows.faults", { count: errors })}</Badge>}
      {draft.dirty && errors === 0 && (
        <Badge tone={draft.isChecking ? "neutral" : "good"} icon={draft.isChecking ? undefined : CircleCheck}>
          {draft.isChecking ? t("flows.checking") : t("flows.fine")}
        </Badge>
      )}
    </span>
  );
}

interface ActionsProps extends OpenProps {
  onVersions: () => void;
  onTry: () => void;
}

function Actions({ name, path, draft, mayWrite, onVersions, onTry }: ActionsProps) {
  const t = useText(flowsTexts);
  const toast = useToast();
  const navigate = useNavigate();
  const [asks, setAsks] = useState(false);
  const client = useQueryClient();
  const remove = useMutation({
    mutationFn: () => send("DELETE", path),
    onSuccess: () => {
      void client.invalidateQueries({ queryKey: ["/v1/flows"] });
      return navigate("/flows");
    },
    onError: toast.bad,
  });
  const save = () =>
    draft.save.mutate(draft.text, {
      onSuccess: (saved) => toast.good(t("flows.saved", { version: saved.version })),
      onError: toast.bad,
    });
  return (
    <>
      {mayWrite && (
        <>
          <IconButton label={t("flows.undo")} icon={Undo2} onPress={draft.undo} isDisabled={!draft.mayUndo} />
          <IconButton label={t("flows.redo")} icon={Redo2} onPress={draft.redo} isDisabled={!draft.mayRedo} />
        </>
      )}
      <Button icon={Play} onPress={onTry}>
        {t("flows.try")}
      </Button>
      <Button icon={History} onPress={onVersions}>
        {t("flows.versions")}
      </Button>
      {mayWrite && (
        <>
          <Button variant="primary" icon={Save} onPress={save} isPending={draft.save.isPending} isDisabled={!draft.dirty}>
            {t("flows.save")}
          </Button>
          <Menu
            label={t("flows.settings")}
            items={[
              { id: "discard", label: t("flows.discard"), isDisabled: !draft.dirty, onAction: () => void draft.discard() },
              { id: "delete", label: t("flows.delete"), icon: Trash2, isDanger: true, onAction: () => setAsks(true) },
            ]}
          />
          <Confirm
            title={t("flows.delete")}
            action={t("flows.delete")}
            isDanger
            isOpen={asks}
            isPending={remove.isPending}
            onConfirm={() => remove.mutate()}
            onClose={() => setAsks(false)}
          >
            {t("flows.deleteSure", { name })}
          </Confirm>
        </>
      )}
    </>
  );
}

function useCounters(path: string, version: number | undefined): Map<string, Counter> {
  const { rows } = useRows<Counter & { node: string }>(`${path}/nodes`, { version }, { enabled: version !== undefined });
  return useMemo(() => new Map(rows.map((row) => [row.node, row])), [rows]);
}
