import { isMap, isScalar, isSeq } from "yaml";
import type { Node } from "yaml";

import { flowsTexts } from "../../text/flows";
import { useText } from "../../text/useText";
import { useFormat } from "../../ui";
import { remove, setScalar } from "../../yaml/edit";
import { keysOf, lineOf, nodeAt, rangeOf, textOf } from "../../yaml/source";
import type { Path } from "../../yaml/source";
import { DraftField } from "./DraftField";
import styles from "./Editor.module.css";
import type { FlowGraph } from "./model/graph";

interface PromptFieldProps {
  label: string;
  graph: FlowGraph;
  text: string;
  path: Path;
  onChange: ((text: string) => void) | undefined;
}

const SPECIAL = ["play", "pause", "recorded", "later", "next"];

/** What is heard: a text, a text for each language, or a list of these. */
export function PromptField({ label, graph, text, path, onChange }: PromptFieldProps) {
  const t = useText(flowsTexts);
  const node = nodeAt(graph.source.root, path);
  return (
    <fieldset className={styles.prompt}>
      <legend>{label}</legend>
      <Piece node={node} graph={graph} text={text} path={path} onChange={onChange} anyLanguage={t("flows.anyLanguage")} />
    </fieldset>
  );
}

interface PieceProps extends Omit<PromptFieldProps, "label"> {
  node: Node | undefined;
  anyLanguage: string;
}

function Piece({ node, graph, text, path, onChange, anyLanguage }: PieceProps) {
  const t = useText(flowsTexts);
  const f = useFormat();
  const field = (at: Path, label: string, value: string) => (
    <DraftField
      key={at.join(".")}
      label={label}
      value={value}
      rows={3}
      isReadOnly={!onChange}
      onCommit={(words) => onChange?.(words === "" ? remove(text, at) : setScalar(text, at, words, "text"))}
    />
  );
  if (isSeq(node)) {
    return node.items.map((item, at) => (
      <Piece key={at} node={item as Node} graph={graph} text={text} path={[...path, at]} onChange={onChange} anyLanguage={anyLanguage} />
    ));
  }
  const keys = keysOf(node);
  if (isMap(node) && keys.some((key) => SPECIAL.includes(key) || key === "say")) {
    const own = textOf(nodeAt(node, ["say"]));
    const language = textOf(nodeAt(node, ["language"]));
    if (own !== undefined && language !== undefined) return field([...path, "say"], f.language(language), own);
    if (keys.includes("say")) {
      return <Piece node={nodeAt(node, ["say"])} graph={graph} text={text} path={[...path, "say"]} onChange={onChange} anyLanguage={anyLanguage} />;
    }
    return <p className={styles.hint}>{t("flows.inText", { line: lineOf(graph.source, rangeOf(node)[0]) })}</p>;
  }
  if (isScalar(node) && textOf(node) !== "") return field(path, graph.languages.length > 1 ? anyLanguage : f.language(graph.languages[0] ?? "en"), textOf(node) ?? "");
  if (graph.languages.length === 1) return field(path, f.language(graph.languages[0] ?? "en"), "");
  return graph.languages.map((tag) => field([...path, tag], f.language(tag), textOf(nodeAt(node, [tag])) ?? ""));
}
