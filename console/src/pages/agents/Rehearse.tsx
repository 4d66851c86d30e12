import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Drama, Pencil, Play, Plus, Square } from "lucide-react";
import { useState } from "react";

import { send } from "../../api/client";
import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { rehearsalTexts } from "../../text/rehearsals";
import { useText } from "../../text/useText";
import { Badge, Button, Checkbox, Empty, ErrorNote, IconButton, Loading, Panel, Switch, useToast } from "../../ui";
import styles from "./Rehearse.module.css";
import { RehearsalTable } from "./RehearsalTable";
import { ScriptDialog } from "./ScriptDialog";
import type { Run, Script } from "./rehearsal";
import { blank, freeName } from "./rehearsal";

interface RehearseProps {
  /** `/v1/agents/reception` */
  path: string;
  agent: string;
  /** The text as it stands on the page, where it is not saved and has no fault. */
  draft: string | undefined;
}

/** What a run is made of: names of callers that are kept, or one that is not. */
interface Order {
  scripts?: string[];
  given?: { name: string; yaml: string }[];
}

/** How often a run is looked at, ms. */
const EVERY_MS = 1_000;

/** The agent tried before its callers do: callers to choose from, and the table of the last run. */
export function Rehearse({ path, agent, draft }: RehearseProps) {
  const mayWrite = useMay()("agents:write");
  const client = useQueryClient();
  const [id, setId] = useState<string>();
  const [withDraft, setWithDraft] = useState(true);
  const runs = useRows<Run>(`${path}/rehearsals`);
  const shown = id ?? runs.rows[0]?.id;
  const begin = useMutation({
    mutationFn: (order: Order) =>
      send<Run>("POST", `${path}/rehearsals`, { body: { ...order, ...(withDraft && draft !== undefined && { agent: draft }) } }),
    onSuccess: (run) => {
      client.setQueryData([`${path}/rehearsals`, run.id], run);
      setId(run.id);
    },
  });
  return (
    <div className={styles.form}>
      <Callers
        path={path}
        agent={agent}
        mayWrite={mayWrite}
        isPending={begin.isPending}
        onBegin={begin.mutate}
        draftSwitch={draft !== undefined && <DraftSwitch isOn={withDraft} onChange={setWithDraft} />}
      />
      {begin.error && <ErrorNote error={begin.error} />}
      {runs.error && <ErrorNote error={runs.error} onRetry={runs.retry} />}
      {shown !== undefined && <Results key={shown} path={path} id={shown} mayWrite={mayWrite} />}
    </div>
  );
}

function DraftSwitch({ isOn, onChange }: { isOn: boolean; onChange: (on: boolean) => void }) {
  const t = useText(rehearsalTexts);
  return (
    <Switch isSelected={isOn} onChange={onChange}>
      {t("rehearsals.withDraft")}
    </Switch>
  );
}

interface CallersProps {
  path: string;
  agent: string;
  mayWrite: boolean;
  isPending: boolean;
  onBegin: (order: Order) => void;
  draftSwitch: React.ReactNode;
}

function Callers({ path, agent, mayWrite, isPending, onBegin, draftSwitch }: CallersProps) {
  const t = useText(rehearsalTexts);
  const scripts = useRows<Script>(`${path}/rehearsal-scripts`);
  const [left, setLeft] = useState<ReadonlySet<string>>(new Set());
  const [edited, edit] = useState<Script | "new" | null>(null);
  const able = scripts.rows.filter(({ runs }) => runs);
  const chosen = able.filter(({ name }) => !left.has(name));
  const turn = (names: string[], on: boolean) =>
    setLeft((before) => {
      const next = new Set(before);
      for (const name of names) {
        if (on) next.delete(name);
        else next.add(name);
      }
      return next;
    });
  const add = mayWrite && (
    <Button icon={Plus} size="small" onPress={() => edit("new")}>
      {t("rehearsals.new")}
    </Button>
  );
  const names = scripts.rows.map(({ name }) => name);
  return (
    <Panel title={t("rehearsals.callers")} hint={t("rehearsals.about")} actions={add}>
      {scripts.isLoading && <Loading />}
      {scripts.error && <ErrorNote error={scripts.error} onRetry={scripts.retry} />}
      {!scripts.isLoading && !scripts.error && names.length === 0 && (
        <Empty icon={Drama} title={t("rehearsals.none")}>
          {t("rehearsals.noneHelp")}
        </Empty>
      )}
      <ul className={styles.callers}>
        {mayWrite && able.length > 1 && (
          <li>
            <Checkbox isSelected={chosen.length === able.length} onChange={(on) => turn(able.map(({ name }) => name), on)}>
              {t("rehearsals.all")}
            </Checkbox>
          </li>
        )}
        {scripts.rows.map((script) => (
          <li key={script.name}>
            <Checkbox isSelected={script.runs && !left.has(script.name)} isDisabled={!script.runs || !mayWrite} onChange={(on) => turn([script.name], on)} hint={script.about}>
              {script.name}
            </Checkbox>
            <span className={styles.marks}>
              <Mark script={script} />
              <IconButton label={t(mayWrite ? "rehearsals.edit" : "rehearsals.look", { name: script.name })} icon={Pencil} size="small" onPress={() => edit(script)} />
            </span>
          </li>
        ))}
      </ul>
      {mayWrite && able.length > 0 && (
        <div className={styles.begin}>
          <Button variant="primary" icon={Play} isPending={isPending} isDisabled={chosen.length === 0} onPress={() => onBegin({ scripts: chosen.map(({ name }) => name) })}>
            {t("rehearsals.run", { count: chosen.length })}
          </Button>
          {draftSwitch}
        </div>
      )}
      {edited !== null && (
        <ScriptDialog
          path={path}
          script={edited === "new" ? { name: freeName(names), yaml: blank(agent), from: null, faults: [] } : edited}
          mayWrite={mayWrite}
          onTry={(given) => onBegin({ given: [given] })}
          onClose={() => edit(null)}
        />
      )}
    </Panel>
  );
}

function Mark({ script }: { script: Script }) {
  const t = useText(rehearsalTexts);
  if (script.faults.some(({ severity }) => severity === "error")) return <Badge tone="bad">{t("rehearsals.faulty")}</Badge>;
  if (!script.runs) return <Badge>{t("rehearsals.phoneOnly")}</Badge>;
  return script.from === "books" ? <Badge>{t("rehearsals.own")}</Badge> : null;
}

function Results({ path, id, mayWrite }: { path: string; id: string; mayWrite: boolean }) {
  const t = useText(rehearsalTexts);
  const toast = useToast();
  const key = [`${path}/rehearsals`, id];
  const run = useQuery({
    queryKey: key,
    queryFn: () => send<Run>("GET", `${path}/rehearsals/${id}`),
    refetchInterval: ({ state }) => (state.data?.state === "running" ? EVERY_MS : false),
  });
  const stop = useMutation({
    mutationFn: () => send("DELETE", `${path}/rehearsals/${id}`),
    onSuccess: () => run.refetch(),
    onError: toast.bad,
  });
  const { data } = run;
  if (!data) return run.error ? <ErrorNote error={run.error} onRetry={() => void run.refetch()} /> : <Loading />;
  const { done, total, passed, failed } = data;
  return (
    <Panel
      flush
      title={t("rehearsals.results")}
      actions={
        data.state === "running" &&
        mayWrite && (
          <Button size="small" icon={Square} isPending={stop.isPending} onPress={() => stop.mutate()}>
            {t("rehearsals.stop")}
          </Button>
        )
      }
    >
      <p className={styles.sum} role="status">
        <Badge tone={data.state === "running" ? "accent" : "neutral"} dot={data.state === "running" ? "live" : undefined}>
          {t(`rehearsals.${data.state}`)}
        </Badge>
        {data.draft && <Badge tone="warn">{t("rehearsals.ofDraft")}</Badge>}
        {t("rehearsals.sum", { done, total, passed, failed })}
      </p>
      {data.reason && <p className={styles.sum}>{data.reason}</p>}
      <RehearsalTable rows={data.rows} />
    </Panel>
  );
}
