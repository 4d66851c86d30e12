import { Handle, Position } from "@xyflow/react";
import type { Node, NodeProps } from "@xyflow/react";
import { CircleAlert, Flag, PhoneOff, TriangleAlert } from "lucide-react";
import { memo } from "react";

import { flowsTexts } from "../../text/flows";
import { flowWordsTexts } from "../../text/flowWords";
import { useText } from "../../text/useText";
import { cx } from "../../ui";
import type { TextFault } from "../../yaml/source";
import styles from "./Canvas.module.css";
import { verbIcon } from "./icons";
import type { FlowNode } from "./model/graph";
import { verbName } from "./view";
import type { Counter } from "./view";

interface CardData extends Record<string, unknown> {
  node: FlowNode;
  isStart: boolean;
  isReached: boolean;
  counter: Counter | undefined;
  faults: TextFault[];
  /** What each way out is called, where it ends the call, and whether it leads nowhere. */
  names: string[];
  ends: (string | null)[];
  missing: boolean[];
}

export type CardNode = Node<CardData, "step">;

const HEAD = 52;
const SUMMARY = 44;
const ROW = 28;
const FOOT = 30;

/** Its height on the canvas, px: as the style sheet has it. */
export function cardHeight(node: FlowNode, counter: Counter | undefined): number {
  return HEAD + (node.summary ? SUMMARY : 0) + node.exits.length * ROW + (counter ? FOOT : 0) + 8;
}

/** One step: what it does, its ways out, and how many calls came through. */
export const StepCard = memo(function StepCard({ data, selected }: NodeProps<CardNode>) {
  const t = useText(flowsTexts);
  const word = useText(flowWordsTexts);
  const { node, counter, faults } = data;
  const Icon = verbIcon(node.verb);
  const worst = faults.find((fault) => fault.severity === "error") ?? faults[0];
  return (
    <div className={cx(styles.card, selected && styles.selected, worst && styles[worst.severity], !data.isReached && styles.lost)}>
      <Handle type="target" position={Position.Top} className={styles.in ?? ""} />
      <div className={styles.head}>
        <span className={styles.icon}>
          <Icon size={16} aria-hidden />
        </span>
        <span className={styles.names}>
          <span className={styles.name}>{node.name}</span>
          <span className={styles.verb}>{verbName(node.verb, word)}</span>
        </span>
        {data.isStart && (
          <span className={styles.start}>
            <Flag size={12} aria-hidden />
            {t("flows.start")}
          </span>
        )}
        {worst && <CircleAlert size={16} className={styles.alert} aria-label={worst.message} />}
      </div>
      {node.summary && <p className={styles.summary}>{node.summary}</p>}
      {node.exits.map((exit, at) => (
        <div key={exit.id} className={styles.exit}>
          <span className={styles.exitName}>{data.names[at]}</span>
          {data.ends[at] && (
            <span className={styles.end}>
              <PhoneOff size={12} aria-hidden />
              {data.ends[at]}
            </span>
          )}
          {data.missing[at] && (
            <span className={styles.missing}>
              <TriangleAlert size={12} aria-hidden />
              {exit.target}
            </span>
          )}
          <Handle type="source" id={exit.id} position={Position.Right} className={styles.out ?? ""} />
        </div>
      ))}
      {counter && <p className={styles.counter}>{t("flows.counters", { entered: counter.entered, abandoned: counter.abandoned })}</p>}
    </div>
  );
});
