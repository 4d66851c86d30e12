import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { Check, RotateCcw, Trash2, Voicemail as VoicemailIcon } from "lucide-react";
import { useState } from "react";
import { Link } from "react-router";
import { send } from "../../api/client";
import { useLive } from "../../api/live";
import { useRows } from "../../api/query";
import type { components } from "../../api/schema";
import { useMay } from "../../shell/session";
import { deskTexts } from "../../text/desk";
import { useText } from "../../text/useText";
import { voicemailsTexts } from "../../text/voicemails";
import { Badge, Button, Confirm, Empty, ErrorNote, IconButton, Loading, More, Panel, Switch, useFormat, useToast } from "../../ui";
import { type Call, partyOf } from "../contacts/calls";
import type { LiveLine } from "../live/model";
import { CallBack } from "./CallBack";
import styles from "./Voicemails.module.css";

type Voicemail = components["schemas"]["Voicemail"];

/** Messages that callers left, to be read, heard, answered and put away. */
export function Messages() {
  const t = useText(voicemailsTexts);
  const client = useQueryClient();
  const [all, setAll] = useState(false);
  const list = useRows<Voicemail>("/v1/voicemails", { heard: all ? undefined : false });
  useLive((message) => {
    if (message.type === "missed" || message["state"] === "filed") void client.invalidateQueries({ queryKey: ["/v1/voicemails"] });
  });
  return (
    <div className={styles.stack}>
      <Switch isSelected={all} onChange={setAll}>
        {t("voicemails.show_all")}
      </Switch>
      {list.isLoading && <Loading />}
      {list.error && <ErrorNote error={list.error} onRetry={list.retry} />}
      {!list.isLoading && !list.error && list.rows.length === 0 && (
        <Empty icon={VoicemailIcon} title={t(all ? "voicemails.empty" : "voicemails.all_done")}>
          {t("voicemails.empty_hint")}
        </Empty>
      )}
      {list.rows.map((voicemail) => (
        <Message key={voicemail.id} voicemail={voicemail} />
      ))}
      {list.hasMore && (
        <More isLoading={list.isLoadingMore} onMore={list.more}>
          {t("voicemails.show_all")}
        </More>
      )}
    </div>
  );
}

function Message({ voicemail }: { voicemail: Voicemail }) {
  const t = useText(voicemailsTexts);
  const tDesk = useText(deskTexts);
  const toast = useToast();
  const client = useQueryClient();
  const { clock, dateTime, short } = useFormat();
  const [removing, setRemoving] = useState(false);
  const call = useQuery({ queryKey: ["/v1/calls", voicemail.call], queryFn: () => send<Call>("GET", `/v1/calls/${voicemail.call}`), staleTime: 60_000, retry: false });
  const again = () => client.invalidateQueries({ queryKey: ["/v1/voicemails"] });
  const mark = useMutation({ mutationFn: (heard: boolean) => send("PATCH", `/v1/voicemails/${voicemail.id}`, { body: { heard } }), onSuccess: again, onError: toast.bad });
  const remove = useMutation({ mutationFn: () => send("DELETE", `/v1/voicemails/${voicemail.id}`), onSuccess: again, onError: toast.bad, onSettled: () => setRemoving(false) });
  const writes = useMay()("voicemails:write");
  const isNew = !voicemail.heard_at;
  const known = useKnown(voicemail.contact);
  // Who took no part in the call still sees whose message it is.
  const number = call.data ? partyOf(call.data) : (known.data?.number ?? known.data?.address ?? null);
  return (
    <Panel className={isNew ? styles.new : undefined}>
      <article className={styles.message}>
        <header className={styles.head}>
          <Who number={number} contact={voicemail.contact} />
          {isNew && <Badge tone="accent">{t("voicemails.new")}</Badge>}
          <span className={styles.muted}>{t("voicemails.for", { mailbox: voicemail.mailbox })}</span>
          <span className={styles.when}>
            <span className="numbers">{clock(voicemail.duration_ms)}</span>
            <time dateTime={voicemail.created_at} title={dateTime(voicemail.created_at)}>
              {short(voicemail.created_at)}
            </time>
          </span>
        </header>
        <Words call={voicemail.call} />
        {voicemail.held ? (
          <p className={styles.muted}>{t("voicemails.held")}</p>
        ) : (
          // What is said stands above it.
          // eslint-disable-next-line jsx-a11y/media-has-caption
          <audio controls preload="none" src={voicemail.url} className={styles.audio} aria-label={t("voicemails.play", { at: dateTime(voicemail.created_at) })} />
        )}
        <footer className={styles.foot}>
          <CallBack number={number} />
          {writes && (
            <Button size="small" icon={isNew ? Check : RotateCcw} isPending={mark.isPending} onPress={() => mark.mutate(isNew)}>
              {tDesk(isNew ? "desk.done" : "desk.reopen")}
            </Button>
          )}
          <Link to={`/calls/${voicemail.call}`} className={styles.link}>
            {tDesk("desk.open_call")}
          </Link>
          <span className={styles.spacer} />
          {writes && <IconButton size="small" icon={Trash2} label={t("voicemails.delete")} onPress={() => setRemoving(true)} />}
        </footer>
      </article>
      <Confirm title={t("voicemails.delete_title")} action={t("voicemails.delete")} isDanger isOpen={removing} isPending={remove.isPending} onConfirm={() => remove.mutate()} onClose={() => setRemoving(false)}>
        {t("voicemails.delete_text")}
      </Confirm>
    </Panel>
  );
}

function useKnown(contact: string | null | undefined) {
  return useQuery({
    queryKey: ["/v1/contacts", contact],
    queryFn: () => send<components["schemas"]["Contact"]>("GET", `/v1/contacts/${contact ?? ""}`),
    enabled: Boolean(contact),
    staleTime: 60_000,
    retry: false,
  });
}

/** Who it is from: the contact's name where there is one. */
export function Who({ number, contact, name }: { number: string | null; contact?: string | null; name?: string | null }) {
  const t = useText(deskTexts);
  const { phone } = useFormat();
  const known = useKnown(name ? null : contact);
  const called = name ?? known.data?.name;
  const shown = number === null ? t("desk.withheld") : phone(number);
  if (!contact) return <strong className="numbers">{shown}</strong>;
  return (
    <span className={styles.who}>
      <Link to={`/contacts/${contact}`}>{called ?? shown}</Link>
      {called && <span className={`${styles.muted} numbers`}>{shown}</span>}
    </span>
  );
}

/** What the caller said in the call in which the message was left. */
function Words({ call }: { call: string }) {
  const t = useText(voicemailsTexts);
  const transcript = useQuery({
    queryKey: ["/v1/calls", call, "transcript"],
    queryFn: () => send<{ lines: LiveLine[] }>("GET", `/v1/calls/${call}/transcript`),
    staleTime: 60_000,
    retry: false,
  });
  const said = transcript.data?.lines.filter(({ speaker }) => speaker === "caller") ?? [];
  if (transcript.isPending) return null;
  if (said.length === 0) return <p className={styles.muted}>{t("voicemails.no_transcript")}</p>;
  return <blockquote className={styles.words}>{said.map(({ text }) => text).join(" ")}</blockquote>;
}
