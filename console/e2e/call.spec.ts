import type { Page } from "@playwright/test";
import { expect, test } from "./fixtures";

interface Transcript {
  recording: { offset_ms: number | null } | null;
  lines: { seq: number; speaker: string; from_ms: number; to_ms: number; text: string; words: { text: string; from_ms: number; to_ms: number }[] }[];
}

/** How loud each voice is in a part of the recording, read from the file that the page plays: caller, us. */
async function loudness(page: Page, call: string, fromMs: number, toMs: number): Promise<[number, number]> {
  return page.evaluate(
    async ([id, from, to]) => {
      const bytes = await (await fetch(`/v1/calls/${id}/recording`)).arrayBuffer();
      const sound = await new OfflineAudioContext(2, 1, 16_000).decodeAudioData(bytes);
      const power = (channel: number) => {
        const part = sound.getChannelData(channel).slice((from / 1_000) * sound.sampleRate, (to / 1_000) * sound.sampleRate);
        return Math.sqrt(part.reduce((sum, sample) => sum + sample * sample, 0) / Math.max(1, part.length));
      };
      return [power(0), power(1)] as [number, number];
    },
    [call, fromMs, toMs] as const,
  );
}

/** Where the page's player is, ms from the recording's first sample, and whether it plays. */
async function played(page: Page): Promise<{ at: number; playing: boolean }> {
  return page.evaluate(() => {
    const { heard } = window as unknown as { heard: HTMLAudioElement[] };
    const audio = heard.find(({ src }) => src.includes("/recording"));
    return { at: (audio?.currentTime ?? -1) * 1_000, playing: audio?.paused === false };
  });
}

test.beforeEach(async ({ console: page }) => {
  // The player's sound is no element of the page: it is noted when it is made.
  await page.addInitScript(() => {
    const { Audio: Made } = window;
    const heard: HTMLAudioElement[] = [];
    Object.assign(window, {
      heard,
      Audio: function NotedAudio(src?: string) {
        const audio = new Made(src);
        heard.push(audio);
        return audio;
      },
    });
  });
});

test("a call is found by what was said, and by filters", async ({ console: page, call }) => {
  await page.goto("/calls");
  const row = page.locator(`a[href="/calls/${call}"]`);
  await expect(row).toBeVisible();
  await page.getByRole("searchbox", { name: "Search words said" }).fill("cleaning");
  await expect(page).toHaveURL(/words=cleaning/);
  await expect(row).toBeVisible();
  await page.getByRole("searchbox", { name: "Search words said" }).fill("submarine");
  await expect(page.getByText("No call fits")).toBeVisible();
  await page.getByRole("button", { name: "Remove all filters" }).first().click();
  await expect(row).toBeVisible();
});

test("a word that is clicked is heard", async ({ console: page, call, program }) => {
  const transcript = await program.api.get<Transcript>(`/v1/calls/${call}/transcript`);
  const offset = transcript.recording?.offset_ms ?? 0;
  // A long word in the middle of a line of the caller, whose time was measured.
  const lines = transcript.lines.filter(({ speaker, words }) => speaker === "caller" && words.length >= 4);
  const line = lines.sort((a, b) => b.words.length - a.words.length)[0];
  expect(line, "the caller said a sentence").toBeDefined();
  const index = line!.words.findIndex(({ from_ms, to_ms }, at) => at >= 2 && to_ms - from_ms >= 200);
  const word = line!.words[index]!;
  await page.goto(`/calls/${call}`);
  await page.locator(`[data-seq="${line!.seq}"] [data-word="${index}"]`).click();
  // It plays, from the beginning of the word.
  await expect.poll(async () => (await played(page)).playing).toBe(true);
  const { at } = await played(page);
  expect(at).toBeGreaterThanOrEqual(word.from_ms - offset - 20);
  expect(at).toBeLessThan(word.to_ms - offset + 2_000);
  // The word lights up when it is heard: go back to it, and look.
  await page.keyboard.press(" ");
  await page.evaluate((seconds) => {
    const { heard } = window as unknown as { heard: HTMLAudioElement[] };
    for (const audio of heard) audio.currentTime = seconds;
  }, (word.from_ms - offset + 20) / 1_000);
  const lit = page.locator(`[data-seq="${line!.seq}"] [data-word="${index}"]`);
  await expect(lit).toHaveClass(/word/);
  await expect(page.locator("[data-word][class*=word]")).toHaveCount(1);
  // By signal: at that place of the file it is the caller who is heard, and before the line nobody is.
  const [caller, us] = await loudness(page, call, word.from_ms - offset, word.to_ms - offset);
  expect(caller).toBeGreaterThan(0.01);
  expect(caller).toBeGreaterThan(4 * us);
});

test("a link to a moment opens there", async ({ console: page, call, program }) => {
  const transcript = await program.api.get<Transcript>(`/v1/calls/${call}/transcript`);
  const offset = transcript.recording?.offset_ms ?? 0;
  await page.goto(`/calls/${call}?t=${(offset + 12_300) / 1_000}`);
  await expect.poll(async () => Math.round((await played(page)).at / 100)).toBe(123);
  await page.getByRole("button", { name: "Copy link to this moment" }).click();
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(`${program.url}/calls/${call}?t=${((offset + 12_300) / 1_000).toFixed(1)}`);
});

test("speed and silence", async ({ console: page, call }) => {
  await page.goto(`/calls/${call}`);
  await page.getByRole("button", { name: /Speed/ }).click();
  await page.getByRole("menuitem", { name: "2×" }).click();
  expect(await page.evaluate(() => (window as unknown as { heard: HTMLAudioElement[] }).heard.at(-1)?.playbackRate)).toBe(2);
  await expect(page.getByTestId("waveform")).toBeVisible();
  await page.getByText("Skip silence").click();
  await expect(page.getByRole("switch", { name: "Skip silence" })).toBeChecked();
});

test("a line is corrected, and the original stays beside it", async ({ console: page, call, program }) => {
  const transcript = await program.api.get<Transcript>(`/v1/calls/${call}/transcript`);
  const line = transcript.lines.find(({ speaker }) => speaker === "caller")!;
  await page.goto(`/calls/${call}`);
  const row = page.locator(`[data-seq="${line.seq}"]`);
  await row.hover();
  await row.getByRole("button", { name: "Correct this line" }).click();
  await row.getByLabel("What was really said").fill("What are your opening times?");
  await row.getByRole("button", { name: "Save" }).click();
  await expect(row.getByText("What are your opening times?")).toBeVisible();
  await expect(row.getByText(`It was heard as: ${line.text}`)).toBeVisible();
  await page.reload();
  await expect(row.getByText("What are your opening times?")).toBeVisible();
  const kept = await program.api.get<Transcript>(`/v1/calls/${call}/transcript`);
  expect(kept.lines.find(({ seq }) => seq === line.seq)?.text, "what was heard stays").toBe(line.text);
  await row.hover();
  await row.getByRole("button", { name: "Take the correction back" }).click();
  await expect(row.getByText("It was heard as")).toBeHidden();
});

test("tags and notes", async ({ console: page, call }) => {
  await page.goto(`/calls/${call}?t=8.0`);
  await page.getByLabel("Add a tag").fill("happy patient");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Remove tag “happy patient”" })).toBeVisible();
  await page.getByRole("button", { name: "Note at this moment" }).click();
  await page.getByLabel("New note").fill("Asked in a friendly way");
  await page.getByRole("button", { name: "Save note" }).click();
  const note = page.getByRole("article").filter({ hasText: "Asked in a friendly way" });
  await expect(note).toContainText("Robin");
  // It has its place on the waveform, and leads there.
  await page.getByRole("button", { name: /Asked in a friendly way/ }).click();
  await expect.poll(async () => (await played(page)).playing).toBe(true);
  await page.goto("/calls?tag=happy+patient");
  await expect(page.locator(`a[href="/calls/${call}"]`)).toBeVisible();
});

test("signalling, tools and details are there", async ({ console: page, call }) => {
  await page.goto(`/calls/${call}`);
  await page.getByRole("tab", { name: "Signalling" }).click();
  await page.getByRole("button", { name: /^INVITE/ }).first().click();
  await expect(page.getByText("Via: SIP/2.0/UDP").first()).toBeVisible();
  await page.getByRole("tab", { name: "Tools" }).click();
  await expect(page.getByText("find slots").first()).toBeVisible();
  await page.getByRole("tab", { name: "Response times" }).click();
  await expect(page.getByText("Usually after")).toBeVisible();
  await page.getByRole("tab", { name: "Details" }).click();
  await expect(page.getByText("Listening score")).toBeVisible();
});

test("a call is exported", async ({ console: page, call }) => {
  await page.goto(`/calls/${call}`);
  for (const [item, begins] of [["Subtitles (WebVTT)", "WEBVTT"], ["Recording (WAV)", "RIFF"], ["Transcript (text)", "["], ["Everything (JSON)", "{"]] as const) {
    await page.getByRole("button", { name: "Export" }).click();
    const coming = page.waitForEvent("download");
    await page.getByRole("menuitem", { name: item }).click();
    const stream = await (await coming).createReadStream();
    const first: Buffer = await new Promise((done) => stream.once("data", (chunk) => done(Buffer.from(chunk))));
    stream.destroy();
    expect(first.subarray(0, begins.length).toString()).toBe(begins);
  }
});
