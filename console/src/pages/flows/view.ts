import type { TextFault } from "../../yaml/source";
import type { Exit, FlowGraph } from "./model/graph";
import type { flowsTexts } from "../../text/flows";
import type { flowWordsTexts } from "../../text/flowWords";
import type { Values } from "../../text/useText";

/** How often a step was walked. */
export interface Counter {
  entered: number;
  left: number;
  abandoned: number;
}

/** A flow with all that is shown of it. */
export interface FlowView {
  graph: FlowGraph;
  faults: Map<string, TextFault[]>;
  reached: Set<string>;
  counters: Map<string, Counter>;
}

type Say = (key: keyof typeof flowsTexts & string, values?: Values) => string;
type Word = (key: keyof typeof flowWordsTexts & string) => string;

/** What people call a way out. */
export function exitName(exit: Exit, t: Say, word: Word): string {
  const { kind, text } = exit.label;
  if (kind === "key") return t("flows.key", { key: text });
  if (kind === "when") return t("flows.when", { text });
  if (kind === "else") return t("flows.else");
  return word(`field.${text}` as Parameters<Word>[0]);
}

/** What people call a verb. */
export function verbName(verb: string | null, word: Word): string {
  return word((verb === null ? "verb.none" : `verb.${verb}`) as Parameters<Word>[0]);
}

/** Where a way out leads, in words. */
export function targetName(target: string, t: Say): string {
  switch (target) {
    case "":
      return t("flows.notSaid");
    case "hangup":
      return t("flows.endHangup");
    case "return":
      return t("flows.endReturn");
    case "again":
      return t("flows.endAgain");
    default:
      return target;
  }
}
