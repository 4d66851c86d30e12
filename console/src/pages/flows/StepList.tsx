import { CircleAlert, Flag } from "lucide-react";

import { flowsTexts } from "../../text/flows";
import { flowWordsTexts } from "../../text/flowWords";
import { useText } from "../../text/useText";
import { Badge, Panel, Table, useFormat } from "../../ui";
import styles from "./Editor.module.css";
import type { FlowNode } from "./model/graph";
import { exitName, targetName, verbName } from "./view";
import type { FlowView } from "./view";

interface StepListProps {
  view: FlowView;
  selected: string | null;
  onSelect: (name: string) => void;
}

/** The same as the canvas, as a table. */
export function StepList({ view, selected, onSelect }: StepListProps) {
  const t = useText(flowsTexts);
  const word = useText(flowWordsTexts);
  const f = useFormat();
  const count = (node: FlowNode, of: "entered" | "abandoned") => f.number(view.counters.get(node.name)?.[of] ?? 0);
  return (
    <Panel flush>
      <Table
        label={t("flows.steps")}
        rows={view.graph.nodes}
        rowKey={(node) => node.name}
        onOpen={(node) => onSelect(node.name)}
        rowClass={(node) => (node.name === selected ? styles.chosen : undefined)}
        columns={[
          { id: "name", label: t("flows.name"), cell: (node) => node.name },
          {
            id: "does",
            label: t("flows.does"),
            cell: (node) => (
              <>
                {verbName(node.verb, word)} {view.graph.start === node.name && <Badge tone="accent" icon={Flag}>{t("flows.start")}</Badge>}
                {(view.faults.get(node.name)?.length ?? 0) > 0 && (
                  <Badge tone="bad" icon={CircleAlert}>
                    {t("flows.faults", { count: view.faults.get(node.name)?.length ?? 0 })}
                  </Badge>
                )}
                {!view.reached.has(node.name) && <Badge tone="warn">{t("flows.unreached")}</Badge>}
                <span className={styles.summary}>{node.summary}</span>
              </>
            ),
          },
          {
            id: "goes",
            label: t("flows.goesOn"),
            cell: (node) => (
              <ul>
                {node.exits.map((exit) => (
                  <li key={exit.id}>
                    {exitName(exit, t, word)}: {targetName(exit.target, t)}
                  </li>
                ))}
              </ul>
            ),
          },
          { id: "came", label: t("flows.came"), align: "end", isMinor: true, cell: (node) => count(node, "entered") },
          { id: "left", label: t("flows.hungUp"), align: "end", isMinor: true, cell: (node) => count(node, "abandoned") },
        ]}
      />
    </Panel>
  );
}
