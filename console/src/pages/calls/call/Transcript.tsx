import { useEffect, useMemo, useRef } from "react";
import { MessagesSquare } from "lucide-react";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Empty } from "../../../ui";
import type { Line, ToolUse, Transcript as Said, Turn } from "../model/types";
import { lineAt } from "../model/words";
import { LineView } from "./LineView";
import { usePlayed, usePlayer } from "./player";
import { ToolChip } from "./Tools";
import styles from "./Transcript.module.css";

interface TranscriptProps {
  id: string;
  said: Said;
  names: { caller: string; us: string };
  mayCorrect: boolean;
}

type Entry = { at: number; line: Line; turn?: Turn } | { at: number; tool: ToolUse };

/** Lines and tools by their time; each answer of an agent with the turn that it belongs to. */
function entriesOf({ lines, tools, turns }: Said): Entry[] {
  const unused = [...turns].sort((a, b) => a.speech_ended_ms - b.speech_ended_ms);
  const said = [...lines]
    .sort((a, b) => a.from_ms - b.from_ms)
    .map((line) => {
      if (line.speaker !== "us") return { at: line.from_ms, line };
      const index = unused.findLastIndex((turn) => turn.speech_ended_ms <= line.from_ms);
      if (index < 0) return { at: line.from_ms, line };
      const turn = unused[index];
      unused.splice(0, index + 1);
      return { at: line.from_ms, line, turn };
    });
  const used = tools.map((tool) => ({ at: tool.at_ms, tool }));
  return [...said, ...used].sort((a, b) => a.at - b.at);
}

/** What was said, as it was heard: the words light up while they are played. */
export function Transcript({ id, said, names, mayCorrect }: TranscriptProps) {
  const t = useText(callTexts);
  const entries = useMemo(() => entriesOf(said), [said]);
  const list = useRef<HTMLOListElement>(null);
  useFollowing(list, said.lines);
  if (said.lines.length === 0 && said.tools.length === 0) {
    return (
      <Empty icon={MessagesSquare} title={t("call.transcript.none")}>
        {t("call.transcript.none.text")}
      </Empty>
    );
  }
  return (
    <ol ref={list} className={styles.lines}>
      {entries.map((entry, index) => {
        if ("tool" in entry) return <ToolChip key={`tool-${index}`} tool={entry.tool} />;
        const before = entries[index - 1];
        const isSame = before && "line" in before && before.line.speaker === entry.line.speaker;
        return (
          <LineView
            key={entry.line.seq}
            id={id}
            line={entry.line}
            turn={entry.turn}
            name={names[entry.line.speaker]}
            isNameShown={!isSame}
            mayCorrect={mayCorrect}
          />
        );
      })}
    </ol>
  );
}

/** How long the page stays where a person has put it. */
const HANDS_OFF_MS = 4_000;

/** While it plays, the line that is heard stays in sight; unless somebody reads elsewhere. */
function useFollowing(list: React.RefObject<HTMLOListElement | null>, lines: Line[]): void {
  const player = usePlayer();
  const seq = usePlayed(player, (it) => (it.isPlaying ? (lineAt(lines, it.time)?.seq ?? 0) : 0), 0);
  const touched = useRef(0);
  useEffect(() => {
    const touch = () => {
      touched.current = Date.now();
    };
    const kinds = ["wheel", "touchmove"] as const;
    kinds.forEach((kind) => addEventListener(kind, touch, { passive: true }));
    return () => kinds.forEach((kind) => removeEventListener(kind, touch));
  }, []);
  useEffect(() => {
    if (seq === 0 || Date.now() - touched.current < HANDS_OFF_MS) return;
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    list.current
      ?.querySelector(`[data-seq="${seq}"]`)
      ?.scrollIntoView({ block: "nearest", behavior: still ? "auto" : "smooth" });
  }, [seq, list]);
}
