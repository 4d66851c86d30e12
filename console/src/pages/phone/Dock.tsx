import { useQuery } from "@tanstack/react-query";
import { ChevronDown, Maximize2, Phone as PhoneIcon } from "lucide-react";
import { useEffect, useState } from "react";
import { Link, useLocation } from "react-router";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import { useMay, useSession } from "../../shell/session";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { IconButton, cx } from "../../ui";
import type { Call } from "../contacts/calls";
import { Controls } from "./Controls";
import { Dialer } from "./Dialer";
import { LineHead, useLineState, usePartyName } from "./Line";
import { type PhoneLine, type PhoneState, isLive, lineOf } from "./machine";
import { onOpenPhone } from "./call";
import { useOwnMember, usePresence } from "./people";
import { phone } from "./phone";
import styles from "./Phone.module.css";
import { LinkBadge, Power } from "./Power";
import { isBusy, usePhonePreferences, usePhoneState } from "./store";
import { useContactOf } from "./Beside";
import { WrapUp } from "./WrapUp";

/** The phone in the corner, which stays from page to page. */
export default function Dock() {
  const may = useMay();
  return may("phone:use") ? <Docked /> : null;
}

function Docked() {
  const t = useText(phoneTexts);
  const state = usePhoneState(phone);
  const [open, setOpen] = useState(false);
  const onPage = useLocation().pathname === "/phone";
  useSwitchedOn();
  useLeaving(state);
  useNotified(state);
  useIdentified(state);
  useFound(state);
  useEffect(() => onOpenPhone(() => setOpen(true)), []);
  const active = state.lines.length > 0;
  useEffect(() => {
    if (active) setOpen(true);
  }, [active]);
  // Its page shows all that the dock does.
  if (onPage) return <Announcer state={state} />;
  if (!open) return <Pill state={state} onOpen={() => setOpen(true)} />;
  return (
    <section className={styles.dock} aria-label={t("phone.title")}>
      <header className={styles.dockHead}>
        <span className={styles.dockTitle}>
          <PhoneIcon size={15} aria-hidden />
          {t("phone.title")}
        </span>
        <LinkBadge link={state.link} />
        <span className={styles.spacer} />
        <Link to="/phone" className={styles.iconLink} aria-label={t("phone.open_page")} title={t("phone.open_page")}>
          <Maximize2 size={15} aria-hidden />
        </Link>
        <IconButton icon={ChevronDown} size="small" label={t("phone.collapse")} onPress={() => setOpen(false)} />
      </header>
      <div className={styles.dockBody}>
        <Power link={state.link} />
        <Lines state={state} />
        {!state.lines.some(isLive) && state.link === "ready" && <Dialer />}
      </div>
      <Announcer state={state} />
    </section>
  );
}

/** The line in focus with all that can be done, and the others to choose from. */
export function Lines({ state }: { state: PhoneState }) {
  const t = useText(phoneTexts);
  const current = lineOf(state, state.focus) ?? state.lines[0];
  if (!current) return null;
  const others = state.lines.filter((line) => line.id !== current.id);
  return (
    <div className={styles.lines} aria-label={t("phone.lines")} role="group">
      {others.map((line) => (
        <OtherLine key={line.id} line={line} state={state} />
      ))}
      <article className={styles.line}>
        <LineHead line={current} />
        <Controls line={current} state={state} />
        {(current.phase === "talking" || current.phase === "ended") && <WrapUp key={current.id} line={current} />}
      </article>
    </div>
  );
}

function OtherLine({ line, state }: { line: PhoneLine; state: PhoneState }) {
  const party = usePartyName();
  const words = useLineState();
  if (line.phase === "ringing") {
    return (
      <article className={cx(styles.line, styles.ringing)}>
        <LineHead line={line} title="h3" />
        <Controls line={line} state={state} />
      </article>
    );
  }
  return (
    <button type="button" className={styles.other} onClick={() => phone.tell({ type: "focus", id: line.id })}>
      <span className={styles.grow}>{party(line)}</span>
      <small>{words(line)}</small>
    </button>
  );
}

function Pill({ state, onOpen }: { state: PhoneState; onOpen: () => void }) {
  const t = useText(phoneTexts);
  const party = usePartyName();
  const words = useLineState();
  const line = lineOf(state, state.focus) ?? state.lines[0];
  return (
    <button type="button" className={cx(styles.pill, styles[state.link])} aria-label={t("phone.expand")} onClick={onOpen}>
      <PhoneIcon size={16} aria-hidden />
      <span>{line ? `${party(line)} · ${words(line)}` : `${t("phone.title")} · ${t(`phone.link.${state.link}`)}`}</span>
    </button>
  );
}

/** Says to those who cannot see who calls. */
function Announcer({ state }: { state: PhoneState }) {
  const t = useText(phoneTexts);
  const party = usePartyName();
  const ringing = state.lines.find((line) => line.phase === "ringing");
  return (
    <div className="visually-hidden" role="alert">
      {ringing && t("phone.incoming", { who: party(ringing) })}
    </div>
  );
}

/** Who left the phone on finds it on. */
function useSwitchedOn(): void {
  const { on } = usePhonePreferences(phone);
  const { user } = useSession();
  useEffect(() => {
    if (on && user.member) void phone.switchOn();
    // Whoever signs in next in this window has another phone.
    return () => phone.rest();
    // Only with the visit: afterwards it is switched by hand.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, []);
}

/** The server tells in which call one is: so that notes find it. */
function useIdentified(state: PhoneState): void {
  const { user } = useSession();
  const may = useMay();
  const presence = usePresence(state.lines.length > 0 && may("live:read"));
  const call = [...presence.values()].find(({ id }) => id === user.member)?.call;
  const known = state.lines.some((line) => line.call === call);
  const [first, ...more] = state.lines.filter((line) => isLive(line) && line.call === undefined);
  const id = more.length === 0 && !known ? first?.id : undefined;
  useEffect(() => {
    if (id !== undefined && call) phone.tell({ type: "identified", id, call });
  }, [id, call]);
}

/** How far apart the clocks of browser and server may be, ms. */
const CLOCKS_MS = 15_000;

/** A call that one made oneself is found among the newest. */
function useFound(state: PhoneState): void {
  const own = useOwnMember();
  const line = state.lines.find(({ direction, call, answeredAt }) => direction === "out" && call === undefined && answeredAt !== undefined);
  const newest = useQuery({
    queryKey: ["/v1/calls", "of-line", line?.id],
    queryFn: () => send<List<Call>>("GET", "/v1/calls", { query: { limit: 10 } }),
    enabled: line !== undefined && own !== undefined,
    refetchInterval: 1_500,
  });
  const near = (call: Call) => line !== undefined && Math.abs(Date.parse(call.started_at) - line.startedAt) < CLOCKS_MS;
  const taken = (id: string) => state.lines.some(({ call }) => call === id);
  // What an agent or a flow answers is no call with a member: it says who called by their address.
  const mine = (call: Call) => own !== undefined && (call.member === own.name || call.from?.startsWith(`sip:${own.name}@`) === true);
  const found = newest.data?.data.find((call) => mine(call) && near(call) && !taken(call.id))?.id;
  const id = line?.id;
  useEffect(() => {
    if (id !== undefined && found !== undefined) phone.tell({ type: "identified", id, call: found });
  }, [id, found]);
}

/** Closing the window would end the call: the browser asks before. */
function useLeaving(state: PhoneState): void {
  const busy = isBusy(state);
  useEffect(() => {
    if (!busy) return undefined;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [busy]);
}

/** A call that nobody sees is told of by the system. */
function useNotified(state: PhoneState): void {
  const t = useText(phoneTexts);
  const party = usePartyName();
  const ringing = state.lines.find((line) => line.phase === "ringing");
  const contact = useContactOf(ringing?.number);
  const who = ringing && party({ number: ringing.number, name: contact.data?.name ?? ringing.name });
  useEffect(() => {
    if (ringing === undefined || who === undefined || document.hasFocus()) return undefined;
    if (!("Notification" in window) || Notification.permission !== "granted") return undefined;
    const note = new Notification(t("phone.incoming", { who }), { tag: ringing.id, requireInteraction: true });
    note.onclick = () => window.focus();
    return () => note.close();
  }, [ringing, who, t]);
}
