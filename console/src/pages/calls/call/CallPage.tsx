import { Download, PhoneOff } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { Link, useParams, useSearchParams } from "react-router";
import { callTexts } from "../../../text/call";
import { useText } from "../../../text/useText";
import { Badge, Button, Columns, ErrorNote, Menu, Page, Panel, PhoneNumber, Skeleton, Tabs, useFormat } from "../../../ui";
import { useMay } from "../../../shell/session";
import { momentOf } from "../model/moment";
import type { CallDetail } from "../model/types";
import { contactOf, DirectionIcon, isMissed, lengthOf, otherParty, useCallsText, useNow } from "../shared";
import { HandledBy } from "../list/columns";
import { Details } from "./Details";
import { Notes } from "./Notes";
import { Player, PlayerContext } from "./player";
import { NoSound, PlayerPanel } from "./PlayerPanel";
import { useCall, useFollow, useHangUp, useNotes, useTranscript, useWaveform } from "./queries";
import { Signalling } from "./Signalling";
import { Summary } from "./Summary";
import { Tags } from "./Tags";
import { Tools } from "./Tools";
import { Transcript } from "./Transcript";
import { Turns } from "./Turns";
import styles from "./CallPage.module.css";

/** One call: to be heard, read, corrected and understood. */
export default function CallPage() {
  const [t, calls] = [useText(callTexts), useCallsText()];
  const { id = "" } = useParams();
  const call = useCall(id);
  if (!call.data) {
    return (
      <Page title={calls("calls.title")} back={{ to: "/calls", label: t("call.back") }}>
        {call.error ? <ErrorNote error={call.error} onRetry={() => void call.refetch()} /> : <Skeleton />}
      </Page>
    );
  }
  return <OneCall key={id} call={call.data} />;
}

/** The player of a recording that can be heard now. */
function usePlayerOf(call: CallDetail, mayListen: boolean): Player | null {
  const { recording, id } = call;
  const isHearable = mayListen && (recording?.state === "ready" || recording?.state === "cut");
  const [offset, duration] = [recording?.offset_ms ?? 0, recording?.duration_ms ?? 0];
  const player = useMemo(
    () => (isHearable ? new Player(`/v1/calls/${id}/recording`, offset, duration) : null),
    [isHearable, id, offset, duration],
  );
  useEffect(() => () => player?.stop(), [player]);
  return player;
}

/** Goes to the moment that the link names, once. */
function useMoment(player: Player | null): void {
  const [search] = useSearchParams();
  const moment = momentOf(search);
  useEffect(() => {
    if (player && moment !== undefined) player.seek(moment);
  }, [player, moment]);
}

function OneCall({ call }: { call: CallDetail }) {
  const [t, calls] = [useText(callTexts), useCallsText()];
  const format = useFormat();
  const may = useMay();
  const isEnded = call.state === "ended";
  const player = usePlayerOf(call, may("calls:listen"));
  const transcript = useTranscript(call.id);
  const peaks = useWaveform(call.id, player !== null);
  const notes = useNotes(call.id);
  const [moment, setMoment] = useState<number | undefined>(undefined);
  // Its transcript and its recording come to an end after it has.
  useFollow(call.id, may("live:read"));
  useMoment(player);

  const party = otherParty(call);
  const name = call.contact_name ?? contactOf(call.contact)?.name;
  const number = party ? format.phone(party) : calls("calls.withheld");
  const title = name || number;
  const names = { caller: name || t("call.them"), us: call.agent ?? call.member ?? t("call.us") };
  const mayNote = may("calls:note");
  const why = useWhyNoSound(call);
  const said = transcript.data;
  return (
    <PlayerContext value={player}>
      <Page
        title={title}
        windowTitle={`${title}, ${format.short(call.started_at)}`}
        back={{ to: "/calls", label: t("call.back") }}
        badges={<Standing call={call} />}
        subtitle={<Subtitle call={call} />}
        actions={<Actions call={call} />}
      >
        <Columns
          aside={
            <>
              <Summary id={call.id} isEnded={isEnded} mayChange={may("calls:write")} />
              <Tags id={call.id} tags={call.tags ?? []} mayChange={mayNote} />
              <Notes id={call.id} notes={notes.data ?? []} mayChange={mayNote} moment={moment} onMoment={setMoment} />
            </>
          }
        >
          {player ? (
            <PlayerPanel
              player={player}
              peaks={peaks.isPending ? undefined : (peaks.data ?? null)}
              notes={notes.data ?? []}
              lines={said?.lines ?? []}
              names={names}
              onNote={mayNote ? setMoment : undefined}
            />
          ) : (
            <NoSound>{t(why)}</NoSound>
          )}
          {call.recording?.state === "cut" && <NoSound>{t("call.recording_cut")}</NoSound>}
          <Tabs
            label={title}
            items={[
              {
                id: "transcript",
                label: t("call.transcript"),
                content: (
                  <Panel flush>
                    {transcript.error ? (
                      <ErrorNote error={transcript.error} onRetry={() => void transcript.refetch()} />
                    ) : said ? (
                      <Transcript id={call.id} said={said} names={names} mayCorrect={mayNote} />
                    ) : (
                      <div className={styles.pad}>
                        <Skeleton lines={["40%", "85%", "60%", "75%", "50%"]} />
                      </div>
                    )}
                  </Panel>
                ),
              },
              { id: "tools", label: t("call.tools"), badge: said?.tools.length || null, content: <Panel><Tools tools={said?.tools ?? []} /></Panel> },
              { id: "turns", label: t("call.turns"), content: <Panel><Turns turns={said?.turns ?? []} /></Panel> },
              { id: "signalling", label: t("call.signalling"), content: <Panel><Signalling id={call.id} /></Panel> },
              { id: "details", label: t("call.details"), content: <Details call={call} /> },
            ]}
          />
        </Columns>
      </Page>
    </PlayerContext>
  );
}

function useWhyNoSound(call: CallDetail): keyof typeof callTexts {
  const may = useMay();
  if (call.state !== "ended") return "call.running";
  switch (call.recording?.state) {
    case undefined:
      return "call.no_recording";
    case "failed":
      return "call.recording_failed";
    case "ready":
    case "cut":
      return may("calls:listen") ? "call.no_recording" : "call.no_listening";
    default:
      return "call.recording_held";
  }
}

function Standing({ call }: { call: CallDetail }) {
  const t = useCallsText();
  if (call.state !== "ended") {
    return (
      <Badge tone="accent" dot="live">
        {t(call.state === "ringing" ? "calls.ringing" : "calls.active")}
      </Badge>
    );
  }
  return isMissed(call) ? (
    <Badge tone="bad">{t(call.direction === "outbound" ? "outcome.not_reached" : "calls.missed")}</Badge>
  ) : null;
}

function Subtitle({ call }: { call: CallDetail }) {
  const t = useCallsText();
  const format = useFormat();
  const now = useNow(call.state === "active");
  const length = lengthOf(call, now);
  const contact = contactOf(call.contact);
  return (
    <>
      <DirectionIcon call={call} isSmall />
      {(call.contact_name ?? contact?.name) && <PhoneNumber number={otherParty(call)} fallback={t("calls.withheld")} />}
      <time dateTime={call.started_at}>{format.dateTime(call.started_at)}</time>
      {length !== undefined && <span className="numbers">{format.clock(length)}</span>}
      <HandledBy call={call} />
      {contact && <Link to={`/contacts/${contact.id}`}>{t("calls.contact")}</Link>}
    </>
  );
}

function Actions({ call }: { call: CallDetail }) {
  const t = useText(callTexts);
  const may = useMay();
  const hangUp = useHangUp(call.id);
  const base = `/v1/calls/${call.id}`;
  const isHearable = may("calls:listen") && (call.recording?.state === "ready" || call.recording?.state === "cut");
  const file = (id: string, label: string, href: string, ending: string) => ({ id, label, href, download: `${call.id}.${ending}` });
  return (
    <>
      {call.state !== "ended" && may("calls:write") && (
        <Button variant="danger" icon={PhoneOff} isPending={hangUp.isPending} onPress={() => hangUp.mutate(undefined as never)}>
          {t("call.hang_up")}
        </Button>
      )}
      <Menu
        label={t("call.export")}
        icon={Download}
        isLabelShown
        variant="secondary"
        items={[
          ...(isHearable ? [file("wav", t("call.export.wav"), `${base}/recording`, "wav")] : []),
          file("text", t("call.export.text"), `${base}/transcript?format=text&corrected=true`, "txt"),
          file("vtt", t("call.export.vtt"), `${base}/transcript?format=vtt&corrected=true`, "vtt"),
          file("json", t("call.export.json"), `${base}/transcript?format=json`, "json"),
        ]}
      />
    </>
  );
}
