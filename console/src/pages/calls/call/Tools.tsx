import { Wrench } from "lucide-react";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Badge, Button, Facts, useFormat } from "../../../ui";
import type { ToolUse } from "../model/types";
import { usePlayer } from "./player";
import styles from "./Transcript.module.css";

function useFailureText(): (kind: string) => string {
  const t = useText(callTexts);
  return (kind) => {
    const key = `call.tool.${kind}`;
    return key in callTexts ? t(key as "call.tool.failed") : kind;
  };
}

/** `find_slots` as people write it. */
const spoken = (name: string) => name.replaceAll("_", " ");

/** A tool between the lines of the transcript. */
export function ToolChip({ tool }: { tool: ToolUse }) {
  const format = useFormat();
  const failure = useFailureText();
  return (
    <li className={styles.tool}>
      <Wrench size={13} aria-hidden />
      <span className={styles.toolName}>{spoken(tool.tool)}</span>
      <span>{format.span(tool.took_ms)}</span>
      {tool.failure && <Badge tone="bad">{failure(tool.failure.kind)}</Badge>}
    </li>
  );
}

/** What a tool was given or gave back: as a table where it is one, else as it is. */
function Values({ value }: { value: unknown }) {
  const isFlat =
    typeof value === "object" &&
    value !== null &&
    !Array.isArray(value) &&
    Object.values(value).every((part) => typeof part !== "object" || part === null);
  if (isFlat) {
    const items = Object.entries(value as Record<string, unknown>).map(([name, part]) => ({
      label: spoken(name),
      value: part === null ? "–" : String(part),
    }));
    return items.length > 0 ? <Facts items={items} /> : <>–</>;
  }
  return (
    // What is long is scrolled by the keyboard, too.
    // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
    <pre className={styles.json} tabIndex={0}>
      {JSON.stringify(value, null, 2)}
    </pre>
  );
}

/** Every tool that the agent used, with what it was given and what came of it. */
export function Tools({ tools }: { tools: ToolUse[] }) {
  const t = useText(callTexts);
  const format = useFormat();
  const failure = useFailureText();
  const player = usePlayer();
  if (tools.length === 0) return <p>{t("call.tools.none")}</p>;
  return (
    <ul className={styles.toolList}>
      {tools.map((tool, index) => (
        <li key={index} className={styles.toolCard}>
          <div className={styles.toolHead}>
            <Wrench size={15} aria-hidden />
            <strong>{spoken(tool.tool)}</strong>
            <Badge>{format.span(tool.took_ms)}</Badge>
            {tool.failure && <Badge tone="bad">{failure(tool.failure.kind)}</Badge>}
            {player && (
              <Button variant="quiet" size="small" onPress={() => player.playFrom(tool.at_ms)}>
                {t("call.listen_from", { at: format.clock(tool.at_ms) })}
              </Button>
            )}
          </div>
          <div className={styles.values}>
            <div>
              <h3>{t("call.tool.given")}</h3>
              <Values value={tool.arguments ?? {}} />
            </div>
            <div>
              <h3>{t("call.tool.got")}</h3>
              {tool.failure ? <p>{tool.failure.message}</p> : <Values value={tool.result ?? {}} />}
            </div>
          </div>
        </li>
      ))}
    </ul>
  );
}
