/** Browsers of members: signed in, with a microphone that says something over and over. */
import { chromium, expect, type Browser, type Page } from "@playwright/test";
import { spawn, type ChildProcess } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { binary, type Program } from "./program";

interface Member {
  id: string;
  name: string;
}

/** Louder is heard: a tone of a microphone arrives at about -45 dB, and with none there is less than -70. */
export const HEARD_DB = -60;
const RATE = 48_000;

/** A tone as a sound file. Chromium repeats what its microphone is to say. */
export function tone(path: string, hz: number, seconds = 4): string {
  const samples = new Int16Array(RATE * seconds);
  for (let at = 0; at < samples.length; at++) samples[at] = Math.round(9_000 * Math.sin((2 * Math.PI * hz * at) / RATE));
  writeFileSync(path, Buffer.concat([header(RATE, samples.byteLength), Buffer.from(samples.buffer)]));
  return path;
}

/** What stands before the samples of a WAV file with one voice. */
function header(rate: number, bytes: number): Buffer {
  const head = Buffer.alloc(44);
  head.write("RIFF", 0);
  head.writeUInt32LE(36 + bytes, 4);
  head.write("WAVEfmt ", 8);
  head.writeUInt32LE(16, 16);
  head.writeUInt16LE(1, 20);
  head.writeUInt16LE(1, 22);
  head.writeUInt32LE(rate, 24);
  head.writeUInt32LE(2 * rate, 28);
  head.writeUInt16LE(2, 32);
  head.writeUInt16LE(16, 34);
  head.write("data", 36);
  head.writeUInt32LE(bytes, 40);
  return head;
}

/** How much of this frequency there is at most in a tenth of a second at the end of a WAV file, of 1 for a full tone. */
export function loudestAtEnd(path: string, hz: number, seconds = 2): number {
  const wav = readFileSync(path);
  const rate = wav.readUInt32LE(24);
  const start = Math.max(wav.indexOf("data") + 8, wav.length - 2 * Math.round(rate * seconds));
  const window = Math.round(rate / 10);
  let most = 0;
  for (let from = start; from + 2 * window <= wav.length; from += 2 * window) {
    let [re, im] = [0, 0];
    for (let n = 0; n < window; n++) {
      const sample = wav.readInt16LE(from + 2 * n) / 32_768;
      re += sample * Math.cos((2 * Math.PI * hz * n) / rate);
      im += sample * Math.sin((2 * Math.PI * hz * n) / rate);
    }
    most = Math.max(most, (2 * Math.hypot(re, im)) / window);
  }
  return most;
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

/** Opens the page of the phone, whose sound can then be measured with `hears`. */
export async function openPhone(page: Page): Promise<void> {
  // What the phone plays is no element of the page: it is noted when it is made.
  await page.addInitScript(() => {
    const { Audio: Made } = window;
    const played: HTMLAudioElement[] = [];
    const Noted = function () {
      const audio = new Made();
      played.push(audio);
      return audio;
    };
    Object.assign(window, { played, Audio: Noted });
  });
  await page.goto("/phone");
}

/** Whether a tone is heard from the phone's loudspeaker, within a while. */
export async function hears(page: Page, hz: number, yes = true): Promise<void> {
  const level = expect.poll(() => page.evaluate(levelOf, hz), { timeout: 20_000 });
  await (yes ? level.toBeGreaterThan(HEARD_DB) : level.toBeLessThan(HEARD_DB));
}

/** In the page: how loud a tone is in what the phone plays now, dB. */
async function levelOf(hz: number): Promise<number> {
  const { played } = window as unknown as { played: HTMLAudioElement[] };
  const stream = played.findLast(({ srcObject }) => srcObject instanceof MediaStream && srcObject.active)?.srcObject;
  if (!(stream instanceof MediaStream)) return -200;
  const context = new AudioContext();
  const analyser = context.createAnalyser();
  analyser.fftSize = 4_096;
  analyser.smoothingTimeConstant = 0;
  context.createMediaStreamSource(stream).connect(analyser);
  // As long as one look lasts.
  await new Promise((done) => setTimeout(done, 400));
  const bins = new Float32Array(analyser.frequencyBinCount);
  analyser.getFloatFrequencyData(bins);
  const at = Math.round((hz * analyser.fftSize) / context.sampleRate);
  await context.close();
  return Math.max(...bins.slice(at - 2, at + 3));
}

/** Switches the phone of a page on, and waits until it is registered. */
export async function switchOn(page: Page): Promise<void> {
  if (!page.url().endsWith("/phone")) await openPhone(page);
  await page.getByRole("button", { name: "Switch the phone on" }).click();
  await page.getByText("Ready", { exact: true }).first().waitFor();
}

const DESK = `languages: [en]
recording: off
nodes:
  desk:
    transfer: {to: anna, timeout: 45s, no_answer: hangup, busy: hangup, unavailable: hangup}
    next: hangup
`;

/** A number that rings anna. */
export async function desk(program: Program): Promise<void> {
  const { data } = await program.api.get<{ data: { number: string }[] }>("/v1/numbers");
  if (data.some(({ number }) => number === "desk")) return;
  await program.make("PUT", "/v1/flows/desk", DESK);
  await program.api.send("POST", "/v1/numbers", { number: "desk", flow: "desk", language: "en" });
}

/** A synthetic caller who stays until the other side hangs up, or until it is ended. */
export function caller(program: Program, user: string, ...steps: string[]): ChildProcess {
  const args = ["dial", `sip:${user}@127.0.0.1:${program.sip}`, ...steps, "--stay", "--longest", "240"];
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
  const mono = Buffer.alloc(2 * rate * seconds);
  for (let n = from; n < to && n - from < rate * seconds && start + 4 * n + 2 <= wav.length; n += 1) {
    // Two voices, the caller's is the first.
    mono.writeInt16LE(wav.readInt16LE(start + 4 * n), 2 * (n - from));
  }
  const path = join(program.folder, "voice.wav");
  writeFileSync(path, Buffer.concat([header(rate, mono.length), mono]));
  return path;
}
