import { isMap, isScalar, isSeq } from "yaml";
import { Plus, X } from "lucide-react";
import { useState } from "react";
import type { Node } from "yaml";

import { flowsTexts } from "../../text/flows";
import { flowWordsTexts } from "../../text/flowWords";
import { useText } from "../../text/useText";
import { Button, IconButton, Select, Switch, TextField } from "../../ui";
import { remove, setEmpty, setScalar } from "../../yaml/edit";
import { keysOf, lineOf, nodeAt, rangeOf, textOf } from "../../yaml/source";
import type { Path } from "../../yaml/source";
import { DraftField } from "./DraftField";
import styles from "./Editor.module.css";
import { setField, setWords } from "./model/change";
import type { FlowGraph } from "./model/graph";
import type { FieldSpec } from "./model/verbs";
import { PromptField } from "./PromptField";

export interface FieldProps {
  spec: FieldSpec;
  path: Path;
  graph: FlowGraph;
  text: string;
  onChange: ((text: string) => void) | undefined;
  /** Names for fields that choose a flow or an agent. */
  names: { flows: string[]; agents: string[] };
}

type WordKey = keyof typeof flowWordsTexts & string;

/** One setting of a step, by its kind. */
export function StepField(props: FieldProps) {
  const { spec, path, graph, text, onChange } = props;
  const word = useText(flowWordsTexts);
  const t = useText(flowsTexts);
  const label = word(`field.${spec.key}` as WordKey);
  const node = nodeAt(graph.source.root, path);
  const value = textOf(node);
  const standard = spec.standard === undefined ? undefined : t("flows.standard", { value: spec.standard });
  if (spec.kind === "prompt") return <PromptField label={label} graph={graph} text={text} path={path} onChange={onChange} />;
  if (spec.kind === "values") return <Values label={label} node={node} {...props} />;
  if (spec.kind === "words") {
    const words = isSeq(node) ? node.items.flatMap((item) => textOf(item as Node) ?? []) : value ? [value] : [];
    const commit = (typed: string) => onChange?.(setWords(text, path, typed.split(",").map((part) => part.trim()).filter(Boolean)));
    return <DraftField label={label} value={words.join(", ")} isReadOnly={!onChange} onCommit={commit} />;
  }
  if (node !== undefined && !isScalar(node)) {
    return (
      <p className={styles.hint}>
        {label}: {t("flows.inText", { line: lineOf(graph.source, rangeOf(node)[0]) })}
      </p>
    );
  }
  if (spec.kind === "flag") {
    const isOn = (value || spec.standard) === "true";
    const turn = (on: boolean) => onChange?.(String(on) === spec.standard ? setField(text, path, "", false) : setScalar(text, path, String(on)));
    return (
      <Switch isSelected={isOn} onChange={turn} isDisabled={!onChange}>
        {label}
      </Switch>
    );
  }
  if (spec.kind === "choice" || spec.kind === "flow" || spec.kind === "agent") return <Choice label={label} value={value} {...props} />;
  return (
    <DraftField
      label={label}
      value={value ?? ""}
      hint={standard}
      isReadOnly={!onChange}
      isMono={spec.kind === "expression"}
      onCommit={(typed) => {
        if (typed === "" && spec.needed) onChange?.(setEmpty(text, path));
        else onChange?.(setField(text, path, typed, spec.kind === "text" && spec.key !== "language"));
      }}
    />
  );
}

function Choice({ label, value, spec, path, text, onChange, names }: FieldProps & { label: string; value: string | undefined }) {
  const word = useText(flowWordsTexts);
  const known = spec.kind === "flow" ? names.flows : spec.kind === "agent" ? names.agents : (spec.choices ?? []);
  const now = value ?? spec.standard ?? "";
  const all = known.includes(now) || now === "" ? known : [...known, now];
  const named = (choice: string) => (`choice.${choice}` in flowWordsTexts ? word(`choice.${choice}` as WordKey) : choice);
  const options = all.map((choice) => ({ id: choice || "-", label: named(choice) }));
  const choose = (id: string) => {
    const choice = id === "-" ? "" : id;
    if (choice === "") onChange?.(spec.key === path.at(-1) && path.length === 3 ? setEmpty(text, path) : setField(text, path, "", false));
    else if (choice === spec.standard) onChange?.(setField(text, path, "", false));
    else onChange?.(setScalar(text, path, choice));
  };
  return <Select label={label} options={options} value={now || "-"} onChange={choose} isDisabled={!onChange} />;
}

function Values({ label, node, path, graph, text, onChange }: FieldProps & { label: string; node: Node | undefined }) {
  const t = useText(flowsTexts);
  const [name, setName] = useState("");
  const taken = keysOf(node);
  const add = () => {
    onChange?.(setScalar(text, [...path, name.trim()], "", "text"));
    setName("");
  };
  return (
    <fieldset className={styles.prompt}>
      <legend>{label}</legend>
      {isMap(node) &&
        taken.map((key) => {
          const value = nodeAt(node, [key]);
          return (
            <div key={key} className={styles.valueRow}>
              {value === undefined || isScalar(value) ? (
                <DraftField
                  label={key}
                  value={textOf(value) ?? ""}
                  isReadOnly={!onChange}
                  onCommit={(typed) => onChange?.(setScalar(text, [...path, key], typed, "word"))}
                />
              ) : (
                <p className={styles.hint}>
                  {key}: {t("flows.inText", { line: lineOf(graph.source, rangeOf(value)[0]) })}
                </p>
              )}
              {onChange && taken.length > 1 && (
                <IconButton label={t("flows.removeValue", { name: key })} icon={X} size="small" onPress={() => onChange(remove(text, [...path, key]))} />
              )}
            </div>
          );
        })}
      {onChange && (
        <div className={styles.valueRow}>
          <TextField label={t("flows.valueName")} isLabelHidden placeholder={t("flows.valueName")} value={name} onChange={setName} />
          <Button size="small" icon={Plus} onPress={add} isDisabled={!/^[\p{L}_][\p{L}\p{N}_]*$/u.test(name.trim()) || taken.includes(name.trim())}>
            {t("flows.addValue")}
          </Button>
        </div>
      )}
    </fieldset>
  );
}
