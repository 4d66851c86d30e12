/** A SIP server that does what a test tells it, in place of the program's: for what has to come at one moment exactly. */
import type { Page, WebSocketRoute } from "@playwright/test";
import { expect } from "@playwright/test";

interface Heard {
  call: string;
  /** Request or status line, and CSeq. */
  line: string;
}

/** The dialog of a call that the phone has answered. */
interface Answered {
  from: string;
  to: string;
}

export class SipServer {
  private socket: WebSocketRoute | undefined;
  private contact = "";
  private offer = "";
  private readonly heard: Heard[] = [];
  private readonly answered = new Map<string, Answered>();
  private sent = 0;

  private constructor(private readonly page: Page) {}

  /** Stands in for the program's SIP on this page, before the page is opened. */
  static async instead(page: Page): Promise<SipServer> {
    const server = new SipServer(page);
    await page.routeWebSocket(/\/v1\/phone\/sip/, (socket) => {
      server.socket = socket;
      socket.onMessage((message) => server.hear(message.toString()));
    });
    return server;
  }

  /** Calls the phone; `id` is the Call-ID. */
  async invite(id: string, from: string, ...more: string[]): Promise<void> {
    this.offer ||= await this.page.evaluate(offer);
    this.send("INVITE", id, 1, `<sip:${from}@example.com>;tag=${id}-from`, "<sip:anna@example.com>", this.offer, ...more);
  }

  /** The header that lets a call take the place of this one. */
  replaces(id: string): string {
    const tag = (address = "") => /tag=([^;]+)/.exec(address)?.[1];
    const call = this.answered.get(id);
    return `Replaces: ${id};from-tag=${tag(call?.from)};to-tag=${tag(call?.to)}`;
  }

  /** Says in a call that the phone has answered: ACK, BYE. */
  say(method: "ACK" | "BYE", id: string): void {
    const call = this.answered.get(id);
    if (call) this.send(method, id, method === "ACK" ? 1 : 2, call.from, call.to, "");
  }

  /** Waits until the phone has sent this request in a call, or answered this one with 200. */
  async hears(what: "BYE" | "200 INVITE" | "200 BYE", id: string): Promise<void> {
    const fits = (line: string) => (what === "BYE" ? line.startsWith("BYE") : line.startsWith("SIP/2.0 200") && line.endsWith(what.slice(4)));
    await expect.poll(() => this.heard.some(({ call, line }) => call === id && fits(line)), `${what} of ${id}`).toBe(true);
  }

  private hear(message: string): void {
    const [first = "", ...lines] = (message.split("\r\n\r\n")[0] ?? "").split("\r\n");
    const headers = new Map(lines.map((line) => [line.slice(0, line.indexOf(":")).toLowerCase(), line.slice(line.indexOf(":") + 1).trim()]));
    const get = (name: string) => headers.get(name) ?? "";
    this.heard.push({ call: get("call-id"), line: `${first} ${get("cseq")}` });
    if (first.startsWith("REGISTER")) this.contact = /<([^>]+)>/.exec(get("contact"))?.[1] ?? "";
    if (first.startsWith("SIP/2.0 200") && get("cseq").endsWith("INVITE")) this.answered.set(get("call-id"), { from: get("from"), to: get("to") });
    if (!/^(REGISTER|BYE|OPTIONS)/.test(first)) return;
    const back = ["via", "from", "call-id", "cseq", "contact"].flatMap((name) => (headers.has(name) ? [`${name}: ${get(name)}`] : []));
    const to = get("to").includes("tag=") ? get("to") : `${get("to")};tag=server`;
    this.socket?.send(["SIP/2.0 200 OK", ...back, `to: ${to}`, "content-length: 0", "", ""].join("\r\n"));
  }

  private send(method: string, id: string, seq: number, from: string, to: string, body: string, ...more: string[]): void {
    const headers = [
      `Via: SIP/2.0/WS server.invalid;branch=z9hG4bK${(this.sent += 1)}`,
      "Max-Forwards: 70",
      `From: ${from}`,
      `To: ${to}`,
      `Call-ID: ${id}`,
      `CSeq: ${seq} ${method}`,
      "Contact: <sip:server.invalid;transport=ws>",
      ...more,
      ...(body ? ["Content-Type: application/sdp"] : []),
      `Content-Length: ${body.length}`,
    ];
    this.socket?.send([`${method} ${this.contact} SIP/2.0`, ...headers, "", body].join("\r\n"));
  }
}

/** In the page: what a browser offers, with all its candidates. */
async function offer(): Promise<string> {
  const connection = new RTCPeerConnection();
  connection.addTransceiver("audio");
  await connection.setLocalDescription(await connection.createOffer());
  await new Promise<void>((done) => {
    const look = () => connection.iceGatheringState === "complete" && done();
    connection.addEventListener("icegatheringstatechange", look);
    look();
  });
  return connection.localDescription?.sdp ?? "";
}
