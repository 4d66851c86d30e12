import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Check, ListTodo, RotateCcw } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { send } from "../../api/client";
import { useRows } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay } from "../../shell/session";
import { deskTexts } from "../../text/desk";
import { useText } from "../../text/useText";
import { voicemailsTexts } from "../../text/voicemails";
import { Badge, Button, Empty, ErrorNote, Loading, More, Panel, Switch, useFormat, useToast } from "../../ui";
import { CallBack } from "./CallBack";
import { Who } from "./Messages";
import styles from "./Voicemails.module.css";

type FollowUp = components["schemas"]["FollowUp"];

/** What agents and flows noted to be done: messages, calls back, tasks. */
export function FollowUps() {
  const t = useText(voicemailsTexts);
  const [all, setAll] = useState(false);
  const list = useRows<FollowUp>("/v1/follow-ups", { state: all ? undefined : "open" });
  return (
    <div className={styles.stack}>
      <Switch isSelected={all} onChange={setAll}>
        {t("voicemails.show_all")}
      </Switch>
      {list.isLoading && <Loading />}
      {list.error && <ErrorNote error={list.error} onRetry={list.retry} />}
      {!list.isLoading && !list.error && list.rows.length === 0 && <Empty icon={ListTodo} title={t("voicemails.all_done")} />}
      {list.rows.map((one) => (
        <Task key={one.id} task={one} />
      ))}
      {list.hasMore && (
        <More isLoading={list.isLoadingMore} onMore={list.more}>
          {t("voicemails.to_do")}
        </More>
      )}
    </div>
  );
}

function Task({ task }: { task: FollowUp }) {
  const t = useText(voicemailsTexts);
  const tDesk = useText(deskTexts);
  const toast = useToast();
  const client = useQueryClient();
  const { short } = useFormat();
  const may = useMay();
  const open = task.state === "open";
  const change = useMutation({
    mutationFn: () => send("PATCH", `/v1/follow-ups/${task.id}`, { body: { state: open ? "done" : "open" } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/v1/follow-ups"] }),
    onError: toast.bad,
  });
  const kind = `voicemails.kind.${task.kind}`;
  return (
    <Panel className={open ? styles.new : undefined}>
      <article className={styles.message}>
        <header className={styles.head}>
          <Badge tone={open ? "accent" : "neutral"}>{kind in voicemailsTexts ? t(kind as keyof typeof voicemailsTexts) : task.kind}</Badge>
          {task.name ? <strong>{task.name}</strong> : <Who number={task.phone ?? null} contact={task.contact} />}
          <span className={styles.muted}>{t("voicemails.for", { mailbox: task.mailbox })}</span>
          <span className={styles.when}>
            {task.due_at && <span>{t("voicemails.due", { at: short(task.due_at) })}</span>}
            <time dateTime={task.created_at}>{short(task.created_at)}</time>
          </span>
        </header>
        <p className={styles.words}>{task.text}</p>
        <footer className={styles.foot}>
          <CallBack number={task.phone} />
          {may("contacts:write") && (
            <Button size="small" icon={open ? Check : RotateCcw} isPending={change.isPending} onPress={() => change.mutate()}>
              {tDesk(open ? "desk.done" : "desk.reopen")}
            </Button>
          )}
          {task.call && (
            <Link to={`/calls/${task.call}`} className={styles.link}>
              {tDesk("desk.open_call")}
            </Link>
          )}
        </footer>
      </article>
    </Panel>
  );
}
