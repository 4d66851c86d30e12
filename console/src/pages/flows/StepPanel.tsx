import { Flag, MousePointerClick, Trash2 } from "lucide-react";
import { isScalar, isSeq } from "yaml";
import type { Node } from "yaml";

import { flowsTexts } from "../../text/flows";
import { flowWordsTexts } from "../../text/flowWords";
import { useText } from "../../text/useText";
import { Badge, Button, Empty, IconButton } from "../../ui";
import { nodeAt, textOf } from "../../yaml/source";
import { AddStep } from "./AddStep";
import { DraftField } from "./DraftField";
import styles from "./Editor.module.css";
import { Exits } from "./Exits";
import { verbIcon } from "./icons";
import { isNodeName, removeNode, renameNode, setField, setStart, setTarget } from "./model/change";
import { readFlow } from "./model/graph";
import type { FlowNode } from "./model/graph";
import { verbSpec } from "./model/verbs";
import type { FieldSpec, VerbSpec } from "./model/verbs";
import { PromptField } from "./PromptField";
import { StepField } from "./StepFields";
import { useNames } from "./useNames";
import { verbName } from "./view";
import type { FlowView } from "./view";

interface StepPanelProps {
  view: FlowView;
  node: FlowNode | undefined;
  text: string;
  onChange: ((text: string) => void) | undefined;
  onSelect: (name: string | null) => void;
}

/** One step with everything that can be said about it. */
export function StepPanel({ view, node, text, onChange, onSelect }: StepPanelProps) {
  const t = useText(flowsTexts);
  const word = useText(flowWordsTexts);
  if (!node) return <Empty icon={MousePointerClick} title={t("flows.pick")} />;
  const Icon = verbIcon(node.verb);
  const rename = (name: string) => {
    const fresh = name.trim();
    if (!isNodeName(fresh) || view.graph.nodes.some((known) => known.name === fresh)) return;
    onChange?.(renameNode(text, node.name, fresh));
    onSelect(fresh);
  };
  const addAfter = (changed: string, added: string) => {
    const next = readFlow(changed).nodes.find((known) => known.name === node.name)?.exits.find((exit) => exit.label.text === "next");
    const behind = next && next.target === "hangup" ? setTarget(changed, next.path, added) : changed;
    onChange?.(behind);
    onSelect(added);
  };
  return (
    <div className={styles.step}>
      <header className={styles.stepHead}>
        <Icon size={18} aria-hidden />
        <h2>{verbName(node.verb, word)}</h2>
        {view.graph.start === node.name && <Badge tone="accent" icon={Flag}>{t("flows.start")}</Badge>}
        {!view.reached.has(node.name) && <Badge tone="warn">{t("flows.unreached")}</Badge>}
        {onChange && view.graph.nodes.length > 1 && (
          <IconButton
            label={t("flows.removeNode")}
            icon={Trash2}
            onPress={() => {
              onChange(removeNode(text, node.name));
              onSelect(null);
            }}
          />
        )}
      </header>
      {(view.faults.get(node.name) ?? []).map((fault, at) => (
        <p key={at} role="alert" className={fault.severity === "error" ? styles.fault : styles.warning}>
          {t("flows.line", { line: fault.line })}: {fault.message}
          {fault.suggestion && ` – ${fault.suggestion}`}
        </p>
      ))}
      <DraftField label={t("flows.name")} value={node.name} isReadOnly={!onChange} onCommit={rename} />
      <DraftField
        label={word("field.about")}
        value={textOf(nodeAt(view.graph.source.root, ["nodes", node.name, "about"])) ?? ""}
        isReadOnly={!onChange}
        onCommit={(typed) => onChange?.(setField(text, ["nodes", node.name, "about"], typed, true))}
      />
      <Fields view={view} node={node} text={text} onChange={onChange} />
      <Exits view={view} node={node} text={text} onChange={onChange} onSelect={onSelect} />
      {onChange && (
        <footer className={styles.stepFoot}>
          <AddStep label={t("flows.addAfter")} text={text} onAdd={addAfter} />
          {view.graph.start !== node.name && (
            <Button size="small" variant="quiet" icon={Flag} onPress={() => onChange(setStart(text, node.name))}>
              {t("flows.makeStart")}
            </Button>
          )}
        </footer>
      )}
    </div>
  );
}

type PartProps = Omit<StepPanelProps, "node" | "onSelect"> & { node: FlowNode };

/** The settings that people look at; the others are behind a word. */
function Fields({ view, node, text, onChange }: PartProps) {
  const t = useText(flowsTexts);
  const names = useNames();
  const spec = verbSpec(node.verb);
  if (!spec) return null;
  const { graph } = view;
  const verbPath = ["nodes", node.name, spec.name];
  const settings = nodeAt(graph.source.root, verbPath);
  const field = (one: FieldSpec, path: (string | number)[]) => (
    <StepField key={path.join(".")} spec={one} path={path} graph={graph} text={text} onChange={onChange} names={names} />
  );
  const { first, more } = split(spec, settings);
  const bySelf = showsSelf(spec, settings);
  return (
    <>
      {bySelf && spec.self && field(spec.self, verbPath)}
      {!bySelf && first.map((one) => field(one, [...verbPath, one.key]))}
      {spec.name === "survey" && <Questions view={view} node={node} text={text} onChange={onChange} />}
      {((!bySelf && more.length > 0) || spec.beside.length > 0) && (
        <details className={styles.more}>
          <summary>{t("flows.moreSettings")}</summary>
          <div className={styles.moreBody}>
            {!bySelf && more.map((one) => field(one, [...verbPath, one.key]))}
            {spec.beside.map((one) => field(one, ["nodes", node.name, one.key]))}
          </div>
        </details>
      )}
    </>
  );
}

/** `language: de` is one value; `call:` may be a name or a mapping. */
function showsSelf(spec: VerbSpec, settings: Node | undefined): boolean {
  if (!spec.self) return false;
  return spec.fields.length === 0 || settings === undefined || isScalar(settings);
}

function split(spec: VerbSpec, settings: Node | undefined): { first: FieldSpec[]; more: FieldSpec[] } {
  const shown = spec.fields.filter((one) => one.kind !== "target");
  const isFirst = (one: FieldSpec) =>
    one.needed === true || one.key === "say" || one.key === "thanks" || one.key === "into" || nodeAt(settings, [one.key]) !== undefined;
  return { first: shown.filter(isFirst), more: shown.filter((one) => !isFirst(one)) };
}

function Questions({ view, node, text, onChange }: PartProps) {
  const t = useText(flowsTexts);
  const { graph } = view;
  const path = ["nodes", node.name, "survey", "questions"];
  const list = nodeAt(graph.source.root, path);
  if (!isSeq(list)) return null;
  return list.items.map((item, at) => {
    const range = textOf(nodeAt(item as Node, ["range"]));
    return (
      <div key={at} className={styles.question}>
        <PromptField label={t("flows.question", { number: at + 1 })} graph={graph} text={text} path={[...path, at, "ask"]} onChange={onChange} />
        {range !== undefined && (
          <DraftField
            label={t("flows.range")}
            value={range}
            isReadOnly={!onChange}
            onCommit={(typed) => onChange?.(setField(text, [...path, at, "range"], typed, false))}
          />
        )}
      </div>
    );
  });
}
