import { isScalar, isSeq } from "yaml";
import type { Node } from "yaml";

import { agentsTexts } from "../../text/agents";
import { flowsTexts } from "../../text/flows";
import { useText } from "../../text/useText";
import { Panel, RadioGroup, Select, Switch, useFormat } from "../../ui";
import { remove, setScalar } from "../../yaml/edit";
import { lineOf, nodeAt, rangeOf, textAt, textOf } from "../../yaml/source";
import type { Source } from "../../yaml/source";
import { DraftField } from "../flows/DraftField";
import { setField, setWords } from "../flows/model/change";
import styles from "./agents.module.css";

export interface PartProps {
  source: Source;
  text: string;
  /** Left out where nothing may be changed. */
  onChange: ((text: string) => void) | undefined;
}

/** The words of a list, or of the one word that stands for it. */
export function wordsAt({ root }: Source, path: string[]): string[] {
  const node = nodeAt(root, path);
  if (isSeq(node)) return node.items.flatMap((item) => textOf(item as Node) ?? []);
  const one = textOf(node);
  return one ? [one] : [];
}

export const wordsOf = (typed: string) => typed.split(",").map((word) => word.trim()).filter(Boolean);

/** Who an agent is, what it says first, and how it talks. */
export function AgentForm(props: PartProps) {
  const { source, text, onChange } = props;
  const t = useText(agentsTexts);
  const { root } = source;
  const patience = textAt(root, ["patience"]) ?? "normal";
  const isInterruptible = textAt(root, ["interruptible"]) !== "false";
  const recording = nodeAt(root, ["recording"]);
  const terms = isScalar(recording) ? (textOf(recording) ?? "-") : "-";
  return (
    <div className={styles.stack}>
      <Panel title={t("agents.persona")} hint={t("agents.personaHelp")}>
        <DraftField
          label={t("agents.persona")}
          value={(textAt(root, ["persona"]) ?? "").trim()}
          rows={9}
          isReadOnly={!onChange}
          onCommit={(typed) => typed !== "" && onChange?.(setScalar(text, ["persona"], `${typed}\n`, "text"))}
        />
      </Panel>
      <Panel title={t("agents.said")}>
        <div className={styles.form}>
          <Spoken {...props} name="greeting" label={t("agents.greeting")} />
          <Spoken {...props} name="disclosure" label={t("agents.disclosure")} hint={t("agents.disclosureHelp")} />
          <Spoken {...props} name="question" label={t("agents.question")} />
        </div>
      </Panel>
      <Panel title={t("agents.behaviour")}>
        <div className={styles.form}>
          <RadioGroup
            label={t("agents.patience")}
            options={(["quick", "normal", "patient"] as const).map((id) => ({ id: id as string, label: t(`agents.${id}`) }))}
            value={patience}
            isDisabled={!onChange}
            onChange={(chosen) => onChange?.(chosen === "normal" ? remove(text, ["patience"]) : setScalar(text, ["patience"], chosen))}
          />
          <Switch
            isSelected={isInterruptible}
            isDisabled={!onChange}
            onChange={(on) => onChange?.(on ? remove(text, ["interruptible"]) : setScalar(text, ["interruptible"], "false"))}
          >
            {t("agents.interruptible")}
          </Switch>
          <Select
            label={t("agents.recording")}
            options={[{ id: "-", label: t("agents.byLanguage") }, ...(["off", "announced", "consent"] as const).map((id) => ({ id: id as string, label: t(`agents.${id}`) }))]}
            value={terms}
            isDisabled={!onChange || (recording !== undefined && !isScalar(recording))}
            onChange={(chosen) => onChange?.(chosen === "-" ? remove(text, ["recording"]) : setScalar(text, ["recording"], chosen))}
          />
          <DraftField
            label={t("agents.hints")}
            value={wordsAt(source, ["hints"]).join(", ")}
            isReadOnly={!onChange}
            onCommit={(typed) => onChange?.(setWords(text, ["hints"], wordsOf(typed)))}
          />
        </div>
      </Panel>
    </div>
  );
}

/** A sentence, the same or one for each language. */
function Spoken({ source, text, onChange, name, label, hint }: PartProps & { name: string; label: string; hint?: string }) {
  const f = useFormat();
  const u = useText(flowsTexts);
  const node = nodeAt(source.root, [name]);
  const languages = wordsAt(source, ["languages"]);
  const tags = languages.length > 0 ? languages : ["en"];
  if (isSeq(node)) {
    return (
      <p className={styles.muted}>
        {label}: {u("flows.inText", { line: lineOf(source, rangeOf(node)[0]) })}
      </p>
    );
  }
  if (tags.length === 1 || isScalar(node)) {
    return (
      <DraftField label={label} hint={hint} rows={2} value={textOf(node) ?? ""} isReadOnly={!onChange} onCommit={(typed) => onChange?.(setField(text, [name], typed, true))} />
    );
  }
  return (
    <fieldset className={styles.group}>
      <legend>{label}</legend>
      {hint && <p className={styles.muted}>{hint}</p>}
      {tags.map((tag) => (
        <DraftField
          key={tag}
          label={f.language(tag)}
          rows={2}
          value={textOf(nodeAt(node, [tag])) ?? ""}
          isReadOnly={!onChange}
          onCommit={(typed) => onChange?.(setField(text, [name, tag], typed, true))}
        />
      ))}
    </fieldset>
  );
}
