import "@xyflow/react/dist/style.css";

import { Background, BackgroundVariant, Controls, MarkerType, ReactFlow, ReactFlowProvider, useReactFlow } from "@xyflow/react";
import type { Connection, Edge, NodeChange } from "@xyflow/react";
import { useEffect, useMemo, useRef, useState } from "react";

import { flowsTexts } from "../../text/flows";
import { flowWordsTexts } from "../../text/flowWords";
import { useText } from "../../text/useText";
import { cx } from "../../ui";
import styles from "./Canvas.module.css";
import { removeNode, setTarget } from "./model/change";
import { layOut } from "./model/layout";
import type { Point } from "./model/layout";
import { isEnd } from "./model/verbs";
import { StepCard, cardHeight } from "./StepCard";
import type { CardNode } from "./StepCard";
import { exitName, targetName, verbName } from "./view";
import type { FlowView } from "./view";

interface CanvasProps {
  view: FlowView;
  text: string;
  selected: string | null;
  onSelect: (name: string | null) => void;
  /** Left out where nothing may be changed. */
  onChange: ((text: string) => void) | undefined;
}

const nodeTypes = { step: StepCard };

export function Canvas(props: CanvasProps) {
  return (
    <ReactFlowProvider>
      <Board {...props} />
    </ReactFlowProvider>
  );
}

function Board({ view, text, selected, onSelect, onChange }: CanvasProps) {
  const t = useText(flowsTexts);
  const word = useText(flowWordsTexts);
  const { graph } = view;
  // Where somebody has put a step, for as long as the page is open.
  const [moved, setMoved] = useState<ReadonlyMap<string, Point>>(new Map());
  const shape = graph.nodes.map((node) => `${node.name}>${node.exits.map((exit) => exit.target).join()}`).join("|");
  const places = useMemo(() => {
    const boxes = graph.nodes.map((node) => ({ id: node.name, height: cardHeight(node, view.counters.get(node.name)) }));
    const lines = graph.nodes.flatMap((node) => node.exits.map((exit) => ({ from: node.name, to: exit.target })));
    return layOut(boxes, lines, graph.start);
    // Only what changes the shape moves anything.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [shape, graph.start, view.counters]);
  useKeepInSight(graph.nodes.length, selected, places, moved.size > 0);

  const nodes = useMemo(
    () =>
      graph.nodes.map((node): CardNode => ({
        id: node.name,
        type: "step",
        position: moved.get(node.name) ?? places.get(node.name) ?? { x: 0, y: 0 },
        selected: node.name === selected,
        deletable: graph.nodes.length > 1,
        ariaLabel: `${node.name}, ${verbName(node.verb, word)}`,
        data: {
          node,
          isStart: node.name === graph.start,
          isReached: view.reached.has(node.name),
          counter: view.counters.get(node.name),
          faults: view.faults.get(node.name) ?? [],
          names: node.exits.map((exit) => exitName(exit, t, word)),
          ends: node.exits.map((exit) => (isEnd(exit.target) || exit.target === "" ? targetName(exit.target, t) : null)),
          missing: node.exits.map((exit) => exit.target !== "" && !isEnd(exit.target) && !places.has(exit.target)),
        },
      })),
    [graph, moved, places, selected, view, t, word],
  );
  const edges = useMemo(
    () =>
      graph.nodes.flatMap((node) =>
        node.exits
          .filter((exit) => places.has(exit.target))
          .map((exit): Edge => ({
            id: `${node.name} ${exit.id}`,
            source: node.name,
            sourceHandle: exit.id,
            target: exit.target,
            markerEnd: { type: MarkerType.ArrowClosed, width: 18, height: 18, color: "var(--line-strong)" },
            className: cx(
              (selected === node.name || selected === exit.target) && styles.near,
              (places.get(exit.target)?.y ?? 0) <= (places.get(node.name)?.y ?? 0) && styles.upward,
            ),
          })),
      ),
    [graph, places, selected],
  );

  const connect = ({ source, sourceHandle, target }: Connection) => {
    const exit = graph.nodes.find((node) => node.name === source)?.exits.find((known) => known.id === sourceHandle);
    if (exit) onChange?.(setTarget(text, exit.path, target));
  };
  const move = (changes: NodeChange<CardNode>[]) => {
    const positions = changes.flatMap((change) => (change.type === "position" && change.position ? [[change.id, change.position] as const] : []));
    if (positions.length > 0) setMoved((before) => new Map([...before, ...positions]));
    const chosen = changes.find((change) => change.type === "select" && change.selected);
    if (chosen?.type === "select") onSelect(chosen.id);
  };
  return (
    <div className={styles.board} role="group" aria-label={t("flows.canvasLabel")}>
      <ReactFlow<CardNode>
        nodes={nodes}
        edges={edges}
        nodeTypes={nodeTypes}
        onNodesChange={move}
        onConnect={connect}
        onNodesDelete={(gone) => onChange?.(gone.reduce((left, node) => removeNode(left, node.id), text))}
        onPaneClick={() => onSelect(null)}
        nodesConnectable={onChange !== undefined}
        edgesFocusable={false}
        deleteKeyCode={onChange ? ["Delete"] : null}
        minZoom={0.15}
        maxZoom={1.6}
        fitView
        fitViewOptions={{ padding: 0.06, maxZoom: 1 }}
        ariaLabelConfig={{
          "controls.zoomIn.ariaLabel": t("flows.zoomIn"),
          "controls.zoomOut.ariaLabel": t("flows.zoomOut"),
          "controls.fitView.ariaLabel": t("flows.fit"),
        }}
      >
        <Background variant={BackgroundVariant.Dots} gap={20} size={1} color="var(--line-strong)" className={styles.dots ?? ""} />
        <Controls showInteractive={false} />
      </ReactFlow>
    </div>
  );
}

/** A step that was added is shown. Until somebody chooses or moves one, all are. */
function useKeepInSight(count: number, selected: string | null, places: ReadonlyMap<string, Point>, hasMoved: boolean): void {
  const { fitView } = useReactFlow();
  const isTouched = selected !== null || hasMoved;
  useEffect(() => {
    if (isTouched) return;
    const frame = requestAnimationFrame(() => void fitView({ padding: 0.06, maxZoom: 1 }));
    return () => cancelAnimationFrame(frame);
    // Choosing nothing again moves nothing.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [places, fitView]);
  const before = useRef(count);
  useEffect(() => {
    const grew = count > before.current;
    before.current = count;
    if (!grew || selected === null) return;
    const frame = requestAnimationFrame(() => void fitView({ nodes: [{ id: selected }], maxZoom: 1, duration: 200, padding: 1 }));
    return () => cancelAnimationFrame(frame);
  }, [count, selected, fitView]);
}
