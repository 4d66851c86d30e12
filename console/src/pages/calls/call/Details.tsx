import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Facts, Panel, PhoneNumber, useFormat } from "../../../ui";
import type { CallDetail } from "../model/types";
import { useCallsText } from "../shared";
import { Quality } from "./Quality";
import styles from "./CallPage.module.css";

const text = (value: unknown): string =>
  typeof value === "string" ? value : typeof value === "number" ? String(value) : JSON.stringify(value);

const facts = (values: Record<string, unknown> | null | undefined) =>
  Object.entries(values ?? {}).map(([label, value]) => ({ label, value: value === null ? "" : text(value) }));

/** Everything else that is known of a call. */
export function Details({ call }: { call: CallDetail }) {
  const [t, calls] = [useText(callTexts), useCallsText()];
  const format = useFormat();
  const versioned = (name: string | null | undefined, version: number | null | undefined) =>
    name && (version ? t("call.details.version", { name, version }) : name);
  const waited = call.answered_at ? Date.parse(call.answered_at) - Date.parse(call.started_at) : undefined;
  const { variables, remembered } = call as { variables?: Record<string, unknown>; remembered?: Record<string, unknown> };
  return (
    <div className={styles.details}>
      <Panel title={t("call.details")} level={3}>
        <Facts
          items={[
            { label: t("call.details.started"), value: format.dateTimeExact(call.started_at) },
            { label: t("call.details.wait"), value: waited !== undefined && format.span(waited) },
            { label: t("call.details.length"), value: typeof call.duration_ms === "number" && format.clock(call.duration_ms) },
            { label: t("call.details.ended"), value: <EndedBy call={call} /> },
            { label: t("call.details.from"), value: <PhoneNumber number={call.from} fallback={calls("calls.withheld")} /> },
            { label: t("call.details.to"), value: call.to && <PhoneNumber number={call.to} /> },
            { label: t("call.details.number"), value: format.phone(call.number) },
            { label: t("call.details.trunk"), value: call.trunk },
            { label: t("call.details.flow"), value: versioned(call.flow, call.flow_version) },
            { label: t("call.details.agent"), value: versioned(call.agent, call.agent_version) },
            { label: t("call.details.language"), value: format.language(call.language) },
            { label: t("call.details.proof"), value: <Proof call={call} /> },
            { label: t("call.details.id"), value: <code>{call.id}</code> },
          ]}
        />
      </Panel>
      <div className={styles.column}>
        <Panel title={t("call.quality")} level={3}>
          <Quality legs={call.legs} />
        </Panel>
        {facts(variables).length > 0 && (
          <Panel title={t("call.details.variables")} level={3}>
            <Facts items={facts(variables)} />
          </Panel>
        )}
        {facts(remembered).length > 0 && (
          <Panel title={t("call.details.remembered")} level={3}>
            <Facts items={facts(remembered)} />
          </Panel>
        )}
      </div>
    </div>
  );
}

function EndedBy({ call }: { call: CallDetail }) {
  const t = useText(callTexts);
  if (call.hung_up_by === "caller") return t("call.ended.caller");
  if (call.hung_up_by === "us") return t("call.ended.us");
  return call.hung_up_by ? t("call.ended.system", { cause: (call.cause ?? "").replaceAll("_", " ") }) : "–";
}

function Proof({ call }: { call: CallDetail }) {
  const t = useText(callTexts);
  const result = (call.origin as { verification?: { result?: string } } | undefined)?.verification?.result;
  const key = `call.proof.${result}`;
  return key in callTexts ? t(key as "call.proof.none") : "–";
}
