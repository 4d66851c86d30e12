import { Plus, X } from "lucide-react";

import { flowsTexts } from "../../text/flows";
import { flowWordsTexts } from "../../text/flowWords";
import { useText } from "../../text/useText";
import { Button, IconButton, Select, type Option } from "../../ui";
import { nodeAt, textOf } from "../../yaml/source";
import type { Path } from "../../yaml/source";
import { DraftField } from "./DraftField";
import styles from "./Editor.module.css";
import { addCase, addOption, clearTarget, removeCase, removeOption, setField, setTarget } from "./model/change";
import type { Exit, FlowNode } from "./model/graph";
import { ENDS, KEYS, verbSpec } from "./model/verbs";
import { exitName, targetName } from "./view";
import type { FlowView } from "./view";

interface ExitsProps {
  view: FlowView;
  node: FlowNode;
  text: string;
  onChange: ((text: string) => void) | undefined;
  onSelect: (name: string) => void;
}

/** Every way out of a step, and where each leads. */
export function Exits({ view, node, text, onChange, onSelect }: ExitsProps) {
  const t = useText(flowsTexts);
  const word = useText(flowWordsTexts);
  const missing = missingExits(node);
  if (node.exits.length + missing.length === 0) return null;
  const taken = node.exits.filter((exit) => exit.label.kind === "key").map((exit) => exit.label.text);
  const freeKey = KEYS.find((key) => !taken.includes(key));
  return (
    <fieldset className={styles.prompt}>
      <legend>{t("flows.goesOn")}</legend>
      {node.exits.map((exit) => (
        <ExitRow key={exit.id} exit={exit} view={view} node={node} text={text} onChange={onChange} onSelect={onSelect} />
      ))}
      {onChange &&
        missing.map((exit) => (
          <TargetSelect
            key={exit.id}
            label={exitName(exit, t, word)}
            view={view}
            value=""
            isOptional
            onChange={(target) => target !== "" && onChange(setTarget(text, exit.path, target))}
          />
        ))}
      {onChange && node.verb === "menu" && freeKey !== undefined && (
        <Button size="small" variant="quiet" icon={Plus} onPress={() => onChange(addOption(text, node.name, freeKey, "hangup"))}>
          {t("flows.addKey")}
        </Button>
      )}
      {onChange && node.verb === "branch" && (
        <Button size="small" variant="quiet" icon={Plus} onPress={() => onChange(addCase(text, node.name, "call.caller", "hangup"))}>
          {t("flows.addCase")}
        </Button>
      )}
    </fieldset>
  );
}

/** Ways out that may be said and are not. */
function missingExits(node: FlowNode): Exit[] {
  const verb = node.verb ?? "";
  const there = new Set(node.exits.map((exit) => exit.path.join(".")));
  return (verbSpec(node.verb)?.fields ?? [])
    .filter((spec) => spec.kind === "target")
    .map((spec): Exit => {
      const path: Path = ["nodes", node.name, verb, ...(spec.below === undefined ? [] : [spec.below]), spec.key];
      return { id: path.join("."), label: { kind: "field", text: spec.below ?? spec.key }, path, target: "" };
    })
    .filter((exit) => !there.has(exit.path.join(".")));
}

function ExitRow({ exit, view, node, text, onChange }: ExitsProps & { exit: Exit }) {
  const t = useText(flowsTexts);
  const word = useText(flowWordsTexts);
  const { kind, text: label } = exit.label;
  const spec = verbSpec(node.verb)?.fields.find((known) => known.key === label);
  const isOptional = kind === "field" && label !== "next" && spec?.needed !== true;
  const at = exit.path[3];
  const set = (target: string) => onChange?.(target === "" ? clearTarget(text, exit.path) : setTarget(text, exit.path, target));
  const key = kind === "key" && onChange && node.exits.filter((other) => other.label.kind === "key").length > 1;
  const condition = kind === "when" && onChange && typeof at === "number";
  return (
    <div className={styles.exitRow}>
      {kind === "when" && typeof at === "number" && (
        <DraftField
          label={t("flows.condition")}
          value={textOf(nodeAt(view.graph.source.root, ["nodes", node.name, "branch", at, "when"])) ?? ""}
          isMono
          isReadOnly={!onChange}
          onCommit={(typed) => typed !== "" && onChange?.(setField(text, ["nodes", node.name, "branch", at, "when"], typed, false))}
        />
      )}
      <div className={styles.exitTarget}>
        <TargetSelect
          label={kind === "when" ? t("flows.goesOn") : exitName(exit, t, word)}
          view={view}
          value={exit.target}
          isOptional={isOptional}
          isDisabled={!onChange}
          onChange={set}
        />
        {key && <IconButton label={t("flows.removeKey", { key: label })} icon={X} size="small" onPress={() => onChange(removeOption(text, node.name, label))} />}
        {condition && <IconButton label={t("flows.removeCase")} icon={X} size="small" onPress={() => onChange(removeCase(text, node.name, at))} />}
      </div>
    </div>
  );
}

interface TargetSelectProps {
  label: string;
  view: FlowView;
  value: string;
  isOptional?: boolean;
  isDisabled?: boolean;
  onChange: (target: string) => void;
}

function TargetSelect({ label, view, value, isOptional, isDisabled, onChange }: TargetSelectProps) {
  const t = useText(flowsTexts);
  const nodes = view.graph.nodes.map((node): Option => ({ id: node.name, label: node.name }));
  const ends = ENDS.map((end): Option => ({ id: end, label: targetName(end, t) }));
  const none: Option[] = isOptional || value === "" ? [{ id: "-", label: t("flows.notSaid") }] : [];
  const known = [...none, ...ends, ...nodes];
  const unknown = value !== "" && !known.some((option) => option.id === value);
  const options = unknown ? [{ id: value, label: t("flows.leadsNowhere", { name: value }) }, ...known] : known;
  return (
    <Select
      label={label}
      options={options}
      value={value || "-"}
      onChange={(id) => onChange(id === "-" ? "" : id)}
      isDisabled={isDisabled}
      error={unknown ? t("flows.leadsNowhere", { name: value }) : null}
    />
  );
}
