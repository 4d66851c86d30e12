/** JsSIP behind the phone: carries out what the machine wants, and tells it what happens. */

import type { RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip";
import { Carriers } from "./carriers";
import type { Ending, Effect, PhoneEvent } from "./machine";
import { type Dialog, Outage, dialogOf } from "./outage";

/** What the server lends for a while: `POST /v1/phone/registration`. */
export interface Registration {
  readonly uri: string;
  readonly user: string;
  readonly password: string;
  readonly websocket: string;
  readonly expires_at: string;
  readonly ice_servers?: RTCIceServer[];
}

export interface Devices {
  readonly microphone?: string;
  readonly speaker?: string;
}

export interface SipDriverOptions {
  /** Fetches what the phone registers with. */
  lend(): Promise<Registration>;
  tell(event: PhoneEvent): void;
  devices(): Devices;
  now(): number;
  newId(): string;
}

/** The header in which the server names the call that an INVITE or an answer belongs to. */
const CALL_HEADER = "X-Callwright-Call";
/** How long candidates are gathered, ms: the server is found with the first one. */
const GATHERING_MS = 400;

/** Takes a call that is to take the place of another one. */
type Accept = (begin: (session: RTCSession) => void) => void;

export class SipDriver {
  private ua?: UA;
  private renewal?: number;
  private stopped = true;
  private iceServers: RTCIceServer[] = [];
  private outage = new Outage();
  private readonly carriers: Carriers<RTCSession>;
  /** What is heard of each session. */
  private readonly audios = new Map<RTCSession, HTMLAudioElement>();
  /** Calls that take the place of others: they do not ring. */
  private readonly replacing = new WeakSet<RTCSession>();

  constructor(private readonly options: SipDriverOptions) {
    this.carriers = new Carriers((id, ending) => options.tell({ type: "ended", id, ending, at: options.now() }));
  }

  async start(): Promise<void> {
    this.stopped = false;
    window.clearTimeout(this.renewal);
    const before = this.ua;
    this.ua = undefined;
    before?.stop();
    this.options.tell({ type: "link", link: "connecting" });
    try {
      const [{ default: jssip }, lent] = await Promise.all([import("jssip"), this.options.lend()]);
      if (this.stopped) return;
      this.iceServers = lent.ice_servers ?? [];
      const socket = new jssip.WebSocketInterface(webSocketUrl(lent.websocket));
      const ua = new jssip.UA({
        sockets: [socket],
        uri: lent.uri,
        authorization_user: lent.user,
        password: lent.password,
        session_timers: false,
        user_agent: "Callwright Console",
      });
      this.ua = ua;
      this.outage = new Outage();
      this.watch(ua);
      this.renewBefore(lent);
      ua.start();
    } catch {
      this.options.tell({ type: "link", link: "refused" });
    }
  }

  stop(): void {
    this.stopped = true;
    window.clearTimeout(this.renewal);
    this.ua?.stop();
    this.ua = undefined;
    this.options.tell({ type: "link", link: "off" });
  }

  carryOut(effect: Effect): void {
    if (effect.do === "dial") return this.dial(effect.id, effect.to);
    const session = this.carriers.of(effect.id);
    if (!session) return;
    switch (effect.do) {
      case "answer":
        return session.answer(this.media());
      case "end":
        return this.carriers.end(effect.id);
      case "busy":
        return this.carriers.end(effect.id, 486);
      case "hold":
        session.hold();
        return;
      case "resume":
        session.unhold();
        return;
      case "mute":
        return effect.muted ? session.mute({ audio: true }) : session.unmute({ audio: true });
      case "key":
        return session.sendDTMF(effect.key, { transportType: "RFC2833" as never });
      case "refer":
        return this.refer(effect.id, session, effect.to);
      case "join":
        return this.refer(effect.id, session, undefined, this.carriers.of(effect.other));
    }
  }

  /** Takes another microphone or speaker, also in the middle of calls. */
  async switchDevices(): Promise<void> {
    const { speaker } = this.options.devices();
    for (const [session, audio] of this.audios) {
      await listenOn(audio, speaker);
      const sender = session.connection?.getSenders().find((it) => it.track?.kind === "audio");
      if (!sender?.track) continue;
      const stream = await navigator.mediaDevices.getUserMedia(this.constraints());
      const [track] = stream.getAudioTracks();
      if (!track) continue;
      track.enabled = sender.track.enabled;
      const before = sender.track;
      await sender.replaceTrack(track);
      before.stop();
    }
  }

  private watch(ua: UA): void {
    const { tell } = this.options;
    const unlessStopped = (link: "connecting" | "ready" | "lost" | "refused") => () => {
      if (!this.stopped && this.ua === ua) tell({ type: "link", link });
    };
    ua.on("connecting", unlessStopped("connecting"));
    ua.on("disconnected", () => {
      unlessStopped("lost")();
      this.outage.begin([...this.audios.keys()]);
    });
    ua.on("registered", () => {
      unlessStopped("ready")();
      this.outage.end([...this.audios.keys()]);
    });
    // Where the request did not get there, nobody has refused it.
    ua.on("registrationFailed", () => unlessStopped(ua.isConnected() ? "refused" : "lost")());
    ua.on("newRTCSession", (event: { originator: string; session: RTCSession; request: unknown }) => {
      if (event.originator === "remote" && !this.replacing.has(event.session)) this.incoming(event.session, event.request);
    });
  }

  /** What was lent runs out: it is lent anew in time. */
  private renewBefore(lent: Registration): void {
    const left = Date.parse(lent.expires_at) - this.options.now();
    this.renewal = window.setTimeout(() => void this.renew(), Math.max(10_000, left * 0.8));
  }

  private async renew(): Promise<void> {
    try {
      const lent = await this.options.lend();
      if (this.stopped || !this.ua) return;
      this.ua.set("authorization_user", lent.user);
      this.ua.set("password", lent.password);
      this.ua.register();
      this.renewBefore(lent);
    } catch {
      if (!this.stopped) this.renewal = window.setTimeout(() => void this.renew(), 10_000);
    }
  }

  private incoming(session: RTCSession, request: unknown): void {
    const id = this.options.newId();
    const from = session.remote_identity;
    this.follow(id, session);
    this.options.tell({
      type: "incoming",
      id,
      number: from.uri.user ?? from.uri.toString(),
      name: from.display_name || undefined,
      call: callOf(request),
      at: this.options.now(),
    });
  }

  private dial(id: string, to: string): void {
    const { tell, now } = this.options;
    if (!this.ua) return tell({ type: "ended", id, ending: "connection", at: now() });
    try {
      // The conversation is followed before its first event is told.
      const session = this.ua.call(to, this.media());
      this.follow(id, session);
    } catch {
      tell({ type: "ended", id, ending: "not_found", at: now() });
    }
  }

  private follow(id: string, session: RTCSession): void {
    const { tell, now } = this.options;
    this.carriers.begin(id, session);
    this.attend(id, session);
    const identify = (message: unknown) => {
      const call = callOf(message);
      if (call) tell({ type: "identified", id, call });
    };
    session.on("progress", (event: { response?: { body?: string } }) => {
      if (session.direction !== "outgoing") return;
      identify(event.response);
      if (!event.response?.body) tell({ type: "rings_there", id });
    });
    session.on("accepted", (event: { response?: unknown }) => {
      identify(event.response);
      tell({ type: "accepted", id, at: now() });
    });
  }

  /** Lets a session of a line be heard, until it is over. */
  private attend(id: string, session: RTCSession): void {
    const audio = new Audio();
    audio.autoplay = true;
    this.audios.set(session, audio);
    const listen = (connection: RTCPeerConnection) => {
      connection.addEventListener("track", (event) => {
        audio.srcObject = event.streams[0] ?? new MediaStream([event.track]);
        void listenOn(audio, this.options.devices().speaker);
        void audio.play().catch(() => undefined);
      });
    };
    if (session.connection) listen(session.connection);
    session.on("peerconnection", (event: { peerconnection: RTCPeerConnection }) => listen(event.peerconnection));
    let gathering: number | undefined;
    session.on("icecandidate", (event: { ready: () => void }) => {
      gathering ??= window.setTimeout(() => event.ready(), GATHERING_MS);
    });
    session.on("replaces", ({ request, accept, reject }) => {
      if (!this.carriers.mayReplace(id, session)) return reject();
      this.replace(id, request, accept as Accept);
    });
    let dialog: Dialog | undefined;
    session.on("accepted", () => (dialog = dialogOf(session)));
    const over = (ending: Ending) => {
      window.clearTimeout(gathering);
      audio.srcObject = null;
      this.audios.delete(session);
      this.carriers.ended(id, session, ending);
    };
    session.on("ended", (event: { cause: string }) => {
      if (dialog && this.isCutOff()) this.outage.hungUp(dialog);
      over(endingOf(event.cause));
    });
    session.on("failed", (event: { cause: string; message?: unknown }) => over(this.isCutOff() ? "connection" : endingOf(event.cause, event.message)));
  }

  /**
   * A colleague hands over whom they talked with: that call takes the place of the one with the colleague (RFC 3891).
   * Who is here has answered already, and does not have to again. Until it stands, the one before goes on.
   */
  private replace(id: string, request: unknown, accept: Accept): void {
    accept((session) => {
      this.replacing.add(session);
      const from = session.remote_identity;
      this.attend(id, session);
      session.on("progress", () => session.answer(this.media()));
      // Then JsSIP ends the one before, too.
      this.carriers.succeed(id, session, () =>
        this.options.tell({
          type: "replaced",
          id,
          number: from.uri.user ?? from.uri.toString(),
          name: from.display_name || undefined,
          call: callOf(request),
        }),
      );
    });
  }

  private refer(id: string, session: RTCSession, to: string | undefined, other?: RTCSession): void {
    const { tell } = this.options;
    const target = other ? other.remote_identity.uri.toString() : to;
    if (target === undefined) return tell({ type: "transfer_stage", id, stage: "failed" });
    const stage = (stage: "ringing" | "failed" | "done") => () => tell({ type: "transfer_stage", id, stage });
    const eventHandlers = {
      requestFailed: stage("failed"),
      progress: stage("ringing"),
      accepted: stage("done"),
      failed: stage("failed"),
    };
    session.refer(target, other ? { eventHandlers, replaces: other as never } : { eventHandlers });
  }

  /** There is no way to the server now: what is told to it gets lost. */
  private isCutOff(): boolean {
    return this.ua?.isConnected() === false;
  }

  private media() {
    return { mediaConstraints: this.constraints(), pcConfig: { iceServers: this.iceServers } };
  }

  private constraints(): MediaStreamConstraints {
    const { microphone } = this.options.devices();
    const audio: MediaTrackConstraints = { echoCancellation: true, noiseSuppression: true, autoGainControl: true };
    return { audio: microphone ? { ...audio, deviceId: { ideal: microphone } } : audio, video: false };
  }
}

async function listenOn(audio: HTMLAudioElement, speaker: string | undefined): Promise<void> {
  if (speaker === undefined || !("setSinkId" in audio)) return;
  // A device that is gone: the default one is heard.
  await audio.setSinkId(speaker).catch(() => undefined);
}

function callOf(message: unknown): string | undefined {
  const known = message as { getHeader?: (name: string) => string | undefined } | undefined;
  return known?.getHeader?.(CALL_HEADER) || undefined;
}

/** JsSIP's words for why a call ended, and the status where there is one. */
export function endingOf(cause: string, message?: unknown): Ending {
  const status = (message as { status_code?: number } | undefined)?.status_code;
  const reason = (message as { getHeader?: (name: string) => string | undefined } | undefined)?.getHeader?.("Reason") ?? "";
  if (status === 403) return "forbidden";
  switch (cause) {
    case "Terminated":
      return "normal";
    case "Canceled":
      // Somebody else has taken it (RFC 3326).
      return /cause\s*=\s*200/.test(reason) ? "elsewhere" : "cancelled";
    case "Busy":
      return "busy";
    case "Rejected":
      return "declined";
    case "No Answer":
    case "Expires":
    case "Unavailable":
      return "no_answer";
    case "Not Found":
    case "Address Incomplete":
      return "not_found";
    case "User Denied Media Access":
      return "microphone";
    case "Connection Error":
    case "Request Timeout":
    case "RTP Timeout":
      return "connection";
    default:
      return "failed";
  }
}

/** The address of a WebSocket of the same origin. */
export function webSocketUrl(path: string): string {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
  return url.toString();
}
