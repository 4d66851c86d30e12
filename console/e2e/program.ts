/** The program under test: the real binary, in a folder of its own and on ports of its own. */
import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
/** Where the programs are: `CALLWRIGHT_BUILT` (from `console/`), or else where `make run` builds. */
export const built = resolve(process.env["CALLWRIGHT_BUILT"] ?? join(here, "../../target/release"));
export const binary = resolve(process.env["CALLWRIGHT_BIN"] ?? join(built, "callwright"));

const READY_MS = 60_000;

/** A port that is free now. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  const address = server.address();
  await new Promise((done) => server.close(done));
  if (typeof address !== "object" || address === null) throw new Error("no port is free");
  return address.port;
}

async function until<T>(what: string, limitMs: number, look: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > end) throw new Error(`${what}: not within ${limitMs} ms`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

/** Runs a program to its end. */
export async function run(program: string, args: string[], environment: NodeJS.ProcessEnv = {}): Promise<string> {
  const child = spawn(program, args, { env: { ...process.env, ...environment }, stdio: ["ignore", "pipe", "pipe"] });
  let said = "";
  child.stdout.on("data", (text) => (said += text));
  child.stderr.on("data", (text) => (said += text));
  const code = await new Promise<number | null>((done) => child.on("close", done));
  if (code !== 0) throw new Error(`${program} ${args[0]} ended with ${code}:\n${said}`);
  return said;
}

export interface Api {
  get: <T>(path: string) => Promise<T>;
  send: <T>(method: string, path: string, body?: unknown) => Promise<T>;
}

export class Program {
  private constructor(
    private child: ChildProcess,
    readonly folder: string,
    readonly http: number,
    readonly sip: number,
  ) {}

  /** Starts it with the demo business, and waits until it is ready. `folder`: with the books that lie there. */
  static async start(folder = mkdtempSync(join(tmpdir(), "callwright-console-"))): Promise<Program> {
    const [http, sip, rtp] = [await freePort(), await freePort(), 40_000 + 200 * Math.floor(Math.random() * 50)];
    const settings: Record<string, string> = {
      DATA: join(folder, "data"),
      HTTP__PORT: String(http),
      SIP__PORT: String(sip),
      MEDIA__FIRST_PORT: String(rtp),
      MEDIA__LAST_PORT: String(rtp + 198),
      OUTREACH__WINDOW: "always",
      OUTREACH__HOLIDAYS: "false",
      OUTREACH__RING_S: "0",
    };
    const env = Object.fromEntries(Object.entries(settings).map(([name, value]) => [`CALLWRIGHT_${name}`, value]));
    const log = openSync(join(folder, "log"), "a");
    const child = spawn(binary, ["serve", "--demo"], {
      cwd: folder,
      env: { PATH: process.env["PATH"], HOME: process.env["HOME"], ...env },
      stdio: ["ignore", log, log],
    });
    closeSync(log);
    const program = new Program(child, folder, http, sip);
    await until("the program is ready", READY_MS, async () => {
      if (child.exitCode !== null) throw new Error(`it ended at its start:\n${program.printed()}`);
      const ready = await fetch(`${program.url}/readyz`).catch(() => undefined);
      return ready?.ok ? true : undefined;
    });
    return program;
  }

  get url(): string {
    return `http://127.0.0.1:${this.http}`;
  }

  /** What it has written to its terminal. */
  printed(): string {
    return readFileSync(join(this.folder, "log"), "utf8");
  }

  /** The one-time link that makes the first admin, as it was printed. */
  async firstLink(): Promise<string> {
    return until("the first link is printed", READY_MS, () => {
      const link = /https?:\/\/\S+\/link#\S+/.exec(this.printed())?.[0];
      return link && `${this.url}${link.slice(link.indexOf("/link#"))}`;
    });
  }

  /** The first API key. */
  get key(): string {
    return readFileSync(join(this.folder, "data", "api-key"), "utf8").trim();
  }

  /** The REST surface, with that key. */
  get api(): Api {
    const key = this.key;
    const send = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
      const response = await fetch(this.url + path, {
        method,
        headers: { authorization: `Bearer ${key}`, "content-type": "application/json" },
        body: body === undefined ? null : JSON.stringify(body),
      });
      const text = await response.text();
      if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
      return (text ? JSON.parse(text) : undefined) as T;
    };
    return { get: (path) => send("GET", path), send };
  }

  /** Makes something of a text, such as a campaign or a flow. */
  async make<T>(method: string, path: string, text: string): Promise<T> {
    const headers = { authorization: `Bearer ${this.key}`, "content-type": "application/yaml" };
    const response = await fetch(this.url + path, { method, headers, body: text });
    const said = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${said}`);
    return JSON.parse(said) as T;
  }

  /** Calls a user as a synthetic caller who says these sentences. Gives the id of the call, once all is made of it. */
  async dial(user: string, ...says: string[]): Promise<string> {
    const before = await this.newest();
    await run(binary, ["dial", `sip:${user}@127.0.0.1:${this.sip}`, ...says.flatMap((text) => ["--say", text])]);
    const id = await until("the call is in the books", READY_MS, async () => {
      const newest = await this.newest();
      return newest === before ? undefined : newest;
    });
    await until("everything is made of the call", READY_MS, async () => {
      const { state } = await this.api.get<{ state: string | null }>(`/v1/calls/${id}/insights`);
      return state === "done" ? true : undefined;
    });
    return id;
  }

  private async newest(): Promise<string | undefined> {
    return (await this.api.get<{ data: { id: string }[] }>("/v1/calls?limit=1")).data[0]?.id;
  }

  async stop(): Promise<void> {
    if (this.child.exitCode === null) {
      const ended = new Promise((done) => this.child.on("exit", done));
      this.child.kill("SIGTERM");
      await ended;
    }
    rmSync(this.folder, { recursive: true, force: true });
  }
}
