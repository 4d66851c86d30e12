import { ArrowLeft, ArrowRight, PhoneOff, Wrench } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { send } from "../../api/client";
import { useMay } from "../../shell/session";
import { deskTexts } from "../../text/desk";
import { liveTexts } from "../../text/live";
import { useText } from "../../text/useText";
import { Button, Confirm, LinkButton, Panel, PhoneNumber, cx, useFormat, useToast } from "../../ui";
import { type Call, contactIn, partyOf } from "../contacts/calls";
import { Length, StateBadge, appOf } from "./CallCard";
import styles from "./Live.module.css";
import type { LiveTalk, LiveTool } from "./model";
import type { Part } from "./parts";
import { Supervision } from "./Supervision";

interface TalkPanelProps {
  call: Call;
  talk?: LiveTalk;
  /** How one takes part in it. */
  part: Part | undefined;
  onBack: () => void;
}

/** One call with every word, and what can be done about it. */
export function TalkPanel({ call, talk, part, onBack }: TalkPanelProps) {
  const t = useText(liveTexts);
  const tDesk = useText(deskTexts);
  const may = useMay();
  const over = talk?.over === true;
  return (
    <Panel
      className={styles.talkPanel}
      title={
        <>
          {contactIn(call)?.name} <PhoneNumber number={partyOf(call)} fallback={tDesk("desk.withheld")} />
        </>
      }
      hint={appOf(call, t)}
      actions={
        <>
          <StateBadge call={call} talk={talk} />
          <Length call={call} over={over} />
        </>
      }
    >
      <div className={styles.talk}>
        <div className={styles.back}>
          <Button size="small" variant="quiet" icon={ArrowLeft} onPress={onBack}>
            {t("live.back")}
          </Button>
        </div>
        {!over && may("live:supervise") && <Supervision call={call} part={part} />}
        <Words call={call} talk={talk} />
        <div className={styles.foot}>
          <LinkButton to={`/calls/${call.id}`} icon={ArrowRight} size="small">
            {t("live.details")}
          </LinkButton>
          {!over && may("calls:write") && <HangUp call={call} />}
        </div>
      </div>
    </Panel>
  );
}

function HangUp({ call }: { call: Call }) {
  const t = useText(liveTexts);
  const toast = useToast();
  const client = useQueryClient();
  const [asking, setAsking] = useState(false);
  const end = useMutation({
    mutationFn: () => send("DELETE", `/v1/calls/${call.id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/v1/calls"] }),
    onError: toast.bad,
    onSettled: () => setAsking(false),
  });
  return (
    <>
      <Button variant="danger" size="small" icon={PhoneOff} onPress={() => setAsking(true)}>
        {t("live.hang_up")}
      </Button>
      <Confirm title={t("live.hang_up_title")} action={t("live.hang_up")} isDanger isOpen={asking} isPending={end.isPending} onConfirm={() => end.mutate()} onClose={() => setAsking(false)}>
        {t("live.hang_up_text")}
      </Confirm>
    </>
  );
}

/** The words, the newest at the foot; it follows them unless one has scrolled back. */
function Words({ call, talk }: { call: Call; talk?: LiveTalk }) {
  const t = useText(liveTexts);
  const place = useRef<HTMLDivElement>(null);
  const follows = useRef(true);
  const heard = `${talk?.lines.length ?? 0} ${talk?.partial.caller ?? ""} ${talk?.partial.us ?? ""}`;
  useEffect(() => {
    const { current } = place;
    if (current && follows.current) current.scrollTop = current.scrollHeight;
  }, [heard]);
  const silent = !talk || (talk.lines.length === 0 && !talk.partial.caller && !talk.partial.us);
  const tools = talk?.tools ?? [];
  return (
    <div
      ref={place}
      className={styles.wordList}
      role="log"
      aria-label={t("live.talk")}
      // A long talk is gone through by the keyboard.
      // eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex
      tabIndex={0}
      onScroll={({ currentTarget: it }) => {
        follows.current = it.scrollHeight - it.scrollTop - it.clientHeight < 48;
      }}
    >
      {silent && <p className={styles.muted}>{t(call.transcript === null && call.state === "active" ? "live.no_words" : "live.nothing_said")}</p>}
      {talk?.lines.map((line, at) => (
        <div key={`${line.speaker}-${line.from_ms}-${line.to_ms}`}>
          {toolsBetween(tools, talk.lines[at - 1]?.from_ms ?? -1, line.from_ms).map((tool) => (
            <ToolNote key={tool.at_ms} tool={tool} />
          ))}
          <Line speaker={line.speaker} at={line.from_ms} text={line.text} cut={line.cut} />
        </div>
      ))}
      {toolsBetween(tools, talk?.lines.at(-1)?.from_ms ?? -1, Infinity).map((tool) => (
        <ToolNote key={tool.at_ms} tool={tool} />
      ))}
      {(["caller", "us"] as const).map((speaker) => talk?.partial[speaker] && <Line key={speaker} speaker={speaker} text={talk.partial[speaker]} isPartial />)}
    </div>
  );
}

function toolsBetween(tools: readonly LiveTool[], after: number, until: number): LiveTool[] {
  return tools.filter(({ at_ms }) => at_ms > after && at_ms <= until);
}

interface LineProps {
  speaker: "caller" | "us";
  at?: number;
  text: string;
  cut?: boolean;
  isPartial?: boolean;
}

function Line({ speaker, at, text, cut, isPartial }: LineProps) {
  const t = useText(deskTexts);
  const { clock } = useFormat();
  return (
    <p className={cx(styles.line, styles[speaker], isPartial && styles.partial)} aria-hidden={isPartial}>
      <span className={styles.speaker}>
        {t(speaker === "caller" ? "desk.caller" : "desk.us")}
        {at !== undefined && <span className="numbers">{clock(at)}</span>}
      </span>
      <span>
        {text}
        {cut && " –"}
        {isPartial && " …"}
      </span>
    </p>
  );
}

function ToolNote({ tool }: { tool: LiveTool }) {
  const t = useText(liveTexts);
  return (
    <p className={cx(styles.tool, tool.failure && styles.failed)}>
      <Wrench size={13} aria-hidden />
      {t(tool.failure ? "live.tool_failed" : "live.tool", { tool: tool.tool.replaceAll("_", " ") })}
    </p>
  );
}
