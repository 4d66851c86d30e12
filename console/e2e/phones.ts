/** Browsers of members: signed in, with a microphone that says something over and over. */
import { chromium, type Browser, type Page } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, type Program } from "./program";

interface Member {
  id: string;
  name: string;
}

/** A browser whose microphone plays a file; without one, the beeps of Chromium's fake device. */
export async function browserWithMicrophone(voice?: string): Promise<Browser> {
  const args = [
    "--no-sandbox",
    "--mute-audio",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
    ...(voice ? [`--use-file-for-fake-audio-capture=${voice}`] : []),
  ];
  return chromium.launch({ executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium", args });
}

/** A page of a user whose phone is this member's. The user is made, and signs in by a one-time link. */
export async function memberPage(program: Program, browser: Browser, member: string, role: string): Promise<Page> {
  const { api, url } = program;
  const { data } = await api.get<{ data: Member[] }>("/v1/members");
  const id = data.find(({ name }) => name === member)?.id;
  if (!id) throw new Error(`the demo has no member ${member}`);
  const name = `${member}-${Date.now()}`;
  const user = await api.send<{ id: string }>("POST", "/v1/users", { name, display: member, role, member: id });
  const link = await api.send<{ url: string }>("POST", `/v1/users/${user.id}/link`);
  const token = new URL(link.url).hash.slice(1);
  const context = await browser.newContext({ baseURL: url, locale: "en-GB", permissions: ["microphone"] });
  const answer = await context.request.post(`${url}/v1/session/link`, { data: { token, password: "a long walk by the sea" } });
  if (!answer.ok()) throw new Error(`${member} cannot sign in: ${await answer.text()}`);
  return context.newPage();
}

/** Switches the phone of a page on, and waits until it is registered. */
export async function switchOn(page: Page): Promise<void> {
  await page.goto("/phone");
  await page.getByRole("button", { name: "Switch the phone on" }).click();
  await page.getByText("Ready", { exact: true }).first().waitFor();
}

/** A synthetic caller who stays until the other side hangs up, or until it is ended. */
export function caller(program: Program, user: string, ...steps: string[]): ChildProcess {
  const args = ["dial", `sip:${user}@127.0.0.1:${program.sip}`, ...steps, "--stay", "--longest", "60"];
  return spawn(binary, args, { cwd: program.folder, stdio: "ignore" });
}

interface Transcript {
  recording: { offset_ms: number | null } | null;
  lines: { speaker: string; from_ms: number; to_ms: number }[];
}

/** Sentences of a call's caller as a sound file, with silence behind them: what a microphone plays. */
export async function voiceOf(program: Program, call: string, seconds = 5): Promise<string> {
  const { lines, recording } = await program.api.get<Transcript>(`/v1/calls/${call}/transcript`);
  const first = lines.find(({ speaker }) => speaker === "caller");
  if (!first) throw new Error("the caller of that call said nothing");
  const key = program.key;
  const answer = await fetch(`${program.url}/v1/calls/${call}/recording`, { headers: { authorization: `Bearer ${key}` } });
  const wav = Buffer.from(await answer.arrayBuffer());
  const rate = wav.readUInt32LE(24);
  const start = wav.indexOf("data") + 8;
  const offset = recording?.offset_ms ?? 0;
  const at = (ms: number) => Math.max(0, Math.round(((ms - offset) / 1_000) * rate));
  const [from, to] = [at(first.from_ms - 150), at(first.to_ms + 150)];
  const mono = Buffer.alloc(44 + 2 * rate * seconds);
  for (let n = from; n < to && n - from < rate * seconds && start + 4 * n + 2 <= wav.length; n += 1) {
    // Two voices, the caller's is the first.
    mono.writeInt16LE(wav.readInt16LE(start + 4 * n), 44 + 2 * (n - from));
  }
  wav.copy(mono, 0, 0, 44);
  mono.writeUInt32LE(mono.length - 8, 4);
  mono.write("fmt ", 12);
  mono.writeUInt32LE(16, 16);
  mono.writeUInt16LE(1, 20);
  mono.writeUInt16LE(1, 22);
  mono.writeUInt32LE(rate, 24);
  mono.writeUInt32LE(2 * rate, 28);
  mono.writeUInt16LE(2, 32);
  mono.writeUInt16LE(16, 34);
  mono.write("data", 36);
  mono.writeUInt32LE(mono.length - 44, 40);
  const path = join(program.folder, "voice.wav");
  writeFileSync(path, mono);
  return path;
}
