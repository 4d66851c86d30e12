import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { agentsTexts } from "../../text/agents";
import { useText } from "../../text/useText";
import { Badge, Checkbox, Panel, Switch } from "../../ui";
import { insertRaw, remove, setScalar } from "../../yaml/edit";
import { keysOf, nodeAt, textAt } from "../../yaml/source";
import { DraftField } from "../flows/DraftField";
import { setField, setWords } from "../flows/model/change";
import type { Source as KnowledgeSource } from "../knowledge/Sources";
import { wordsAt, wordsOf } from "./AgentForm";
import type { PartProps } from "./AgentForm";
import styles from "./agents.module.css";

/** The tools of the house that an agent can be given. `fresh`: what stands behind its name when it is new. */
const TOOLS = [
  { name: "find_slots", changes: false, fresh: "{}" },
  { name: "book_appointment", changes: true, fresh: "{}" },
  { name: "reschedule_appointment", changes: true, fresh: "{}" },
  { name: "cancel_appointment", changes: true, fresh: "{}" },
  { name: "my_appointments", changes: false, fresh: "{}" },
  { name: "take_message", changes: true, fresh: "{mailbox: reception}" },
  { name: "request_callback", changes: true, fresh: "{}" },
  { name: "look_up_contact", changes: false, fresh: "{}" },
  { name: "update_contact", changes: true, fresh: "{}" },
  { name: "create_ticket", changes: true, fresh: "{}" },
  { name: "look_up_ticket", changes: false, fresh: "{}" },
  { name: "send_confirmation", changes: true, fresh: "{}" },
  { name: "verify", changes: false, fresh: "{}" },
  { name: "opt_out", changes: true, fresh: "{}" },
] as const;

/** Tools that have settings of their own below. */
const SPECIAL = ["transfer", "hang_up", "run_flow", "mcp"];

/** What an agent may get done. */
export function ToolsForm({ source, text, onChange }: PartProps) {
  const t = useText(agentsTexts);
  const tools = nodeAt(source.root, ["tools"]);
  const given = keysOf(tools);
  const own = given.filter((name) => !TOOLS.some((tool) => tool.name === name) && !SPECIAL.includes(name));
  const turn = (name: string, fresh: string, on: boolean) =>
    onChange?.(on ? insertRaw(text, ["tools", name], fresh) : remove(text, ["tools", name]));
  const transfers = keysOf(nodeAt(tools, ["transfer"]));
  const hangsUp = textAt(source.root, ["tools", "hang_up"]) !== "false";
  return (
    <div className={styles.stack}>
      <Panel title={t("agents.tools")} hint={t("agents.toolsHelp")}>
        <ul className={styles.tools}>
          {TOOLS.map((tool) => (
            <li key={tool.name}>
              <Switch isSelected={given.includes(tool.name)} isDisabled={!onChange} onChange={(on) => turn(tool.name, tool.fresh, on)}>
                {t(`agents.${tool.name}`)}
              </Switch>
              <Badge tone={tool.changes ? "warn" : "neutral"}>{t(tool.changes ? "agents.changes" : "agents.reads")}</Badge>
            </li>
          ))}
          <li>
            <Switch
              isSelected={hangsUp}
              isDisabled={!onChange}
              onChange={(on) => onChange?.(on ? remove(text, ["tools", "hang_up"]) : setScalar(text, ["tools", "hang_up"], "false"))}
            >
              {t("agents.hang_up")}
            </Switch>
          </li>
          {own.map((name) => (
            <li key={name}>
              <Switch isSelected isDisabled={!onChange} onChange={() => onChange?.(remove(text, ["tools", name]))}>
                {name}
              </Switch>
              <Badge>{t("agents.own")}</Badge>
            </li>
          ))}
        </ul>
        {given.includes("take_message") && (
          <div className={styles.form}>
            <DraftField
              label={t("agents.mailbox")}
              value={textAt(source.root, ["tools", "take_message", "mailbox"]) ?? ""}
              isReadOnly={!onChange}
              onCommit={(typed) => onChange?.(setField(text, ["tools", "take_message", "mailbox"], typed, true))}
            />
          </div>
        )}
      </Panel>
      {transfers.length > 0 && (
        <Panel title={t("agents.transfer")}>
          <div className={styles.form}>
            {transfers.map((name) => {
              const path = ["tools", "transfer", name];
              return (
                <fieldset key={name} className={styles.group}>
                  <legend>{name}</legend>
                  <DraftField
                    label={t("agents.transferTo")}
                    value={wordsAt(source, [...path, "to"]).join(", ")}
                    isReadOnly={!onChange}
                    onCommit={(typed) => typed !== "" && onChange?.(setWords(text, [...path, "to"], wordsOf(typed)))}
                  />
                  <DraftField
                    label={t("agents.transferWhen")}
                    rows={2}
                    value={textAt(source.root, [...path, "when"]) ?? ""}
                    isReadOnly={!onChange}
                    onCommit={(typed) => onChange?.(setField(text, [...path, "when"], typed, true))}
                  />
                </fieldset>
              );
            })}
          </div>
        </Panel>
      )}
    </div>
  );
}

/** What an agent answers from. */
export function KnowledgeForm({ source, text, onChange }: PartProps) {
  const t = useText(agentsTexts);
  const may = useMay();
  const sources = useRows<KnowledgeSource>("/v1/knowledge", {}, { enabled: may("knowledge:read") });
  const given = wordsAt(source, ["knowledge"]);
  const folders = given.filter((name) => !sources.rows.some((known) => known.name === name));
  const turn = (name: string, on: boolean) => onChange?.(setWords(text, ["knowledge"], on ? [...given, name] : given.filter((known) => known !== name)));
  return (
    <Panel title={t("agents.sources")}>
      <div className={styles.form}>
        {sources.rows.length + folders.length === 0 && <p className={styles.muted}>{t("agents.noSources")}</p>}
        {folders.map((name) => (
          <Checkbox key={name} isSelected isDisabled={!onChange} onChange={(on) => turn(name, on)}>
            {t("agents.folder", { name })}
          </Checkbox>
        ))}
        {sources.rows.map(({ name }) => (
          <Checkbox key={name} isSelected={given.includes(name)} isDisabled={!onChange} onChange={(on) => turn(name, on)}>
            {name}
          </Checkbox>
        ))}
      </div>
    </Panel>
  );
}
