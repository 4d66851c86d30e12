/** A page that is a phone and nothing else: what the tests of the browser's phone drive. */
import JsSIP from "jssip";
import type { RTCSession } from "jssip/lib/RTCSession";
import type { UA } from "jssip/lib/UA";

/** What `POST /v1/phone/registration` gives, where SIP is spoken, and the key that opens the way to it. */
export interface Login {
  websocket: string;
  key: string;
  uri: string;
  user: string;
  password: string;
}

export interface TestPhone {
  start: (login: Login) => Promise<void>;
  call: (target: string) => void;
  answer: () => void;
  hangUp: () => void;
  hold: (on: boolean) => Promise<void>;
  press: (key: string) => void;
  /** How loud a tone of this frequency is heard, dB. */
  level: (hz: number) => number;
  state: { rings: boolean; talks: boolean; ended: boolean };
  /** What happened to the session so far, for messages. */
  story: string[];
}

const ice = { pcConfig: { iceServers: [] }, mediaConstraints: { audio: true, video: false } };
const state = { rings: false, talks: false, ended: false };
const story: string[] = [];
let agent: UA | undefined;
let session: RTCSession | undefined;
let hears: AnalyserNode | undefined;

function tell(what: string): void {
  story.push(`${Math.round(performance.now())} ms ${what}`);
}

function listen(connection: RTCPeerConnection): void {
  connection.addEventListener("icegatheringstatechange", () => tell(`gathering ${connection.iceGatheringState}`));
  connection.addEventListener("connectionstatechange", () => tell(`connection ${connection.connectionState}`));
  connection.addEventListener("track", ({ track }) => {
    const stream = new MediaStream([track]);
    // Chromium hands sound from afar to the analyser only when an element plays it, too.
    const element = new Audio();
    element.srcObject = stream;
    element.muted = true;
    void element.play();
    const context = new AudioContext();
    hears = context.createAnalyser();
    hears.fftSize = 4096;
    hears.smoothingTimeConstant = 0.2;
    context.createMediaStreamSource(stream).connect(hears);
  });
}

function take(taken: RTCSession): void {
  session = taken;
  tell(taken.direction);
  Object.assign(state, { rings: taken.direction === "incoming", talks: false, ended: false });
  if (taken.connection) listen(taken.connection);
  taken.on("peerconnection", ({ peerconnection }) => listen(peerconnection));
  taken.on("sending", () => tell("invited"));
  taken.on("progress", () => tell("progress"));
  taken.on("accepted", () => tell("accepted"));
  taken.on("confirmed", () => Object.assign(state, { rings: false, talks: true }));
  const end = ({ cause }: { cause: string }): void => {
    tell(`ended: ${cause}`);
    Object.assign(state, { rings: false, talks: false, ended: true });
  };
  taken.on("ended", end);
  taken.on("failed", end);
}

const phone: TestPhone = {
  state,
  story,
  start: (login) =>
    new Promise((registered, failed) => {
      // A page that uses a key offers it among the protocols.
      const Plain = window.WebSocket;
      window.WebSocket = class extends Plain {
        constructor(url: string | URL, protocols: string | string[] = []) {
          super(url, [protocols, `bearer.${login.key}`].flat());
        }
      };
      agent = new JsSIP.UA({
        sockets: [new JsSIP.WebSocketInterface(login.websocket)],
        uri: login.uri,
        authorization_user: login.user,
        password: login.password,
        session_timers: false,
      });
      agent.on("registered", () => {
        tell("registered");
        registered();
      });
      agent.on("disconnected", () => tell("disconnected"));
      agent.on("registrationFailed", ({ cause }) => failed(new Error(`not registered: ${cause}`)));
      agent.on("newRTCSession", (event: { originator: string; session: RTCSession }) => {
        if (event.originator === "remote") take(event.session);
      });
      agent.start();
    }),
  call: (target) => {
    if (agent) take(agent.call(target, ice));
  },
  answer: () => session?.answer(ice),
  hangUp: () => session?.terminate(),
  hold: (on) => new Promise((done) => void (on ? session?.hold({}, done) : session?.unhold({}, done))),
  press: (key) => session?.sendDTMF(key),
  level: (hz) => {
    if (!hears) return -200;
    const bins = new Float32Array(hears.frequencyBinCount);
    hears.getFloatFrequencyData(bins);
    const at = Math.round((hz * hears.fftSize) / hears.context.sampleRate);
    return Math.max(...bins.slice(at - 2, at + 3));
  },
};

Object.assign(window, { phone });
