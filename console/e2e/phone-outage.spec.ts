/** The way from the phone to the server is cut in the middle of calls, and comes back. */
import type { Page } from "@playwright/test";
import type { ChildProcess } from "node:child_process";
import { expect, test } from "./fixtures";
import { browserWithMicrophone, caller, desk, memberPage, openPhone, switchOn } from "./phones";
import type { Program } from "./program";

/** The phone's connections can be cut by `cut`; while it is `shut` there are no new ones. */
async function cuttable(page: Page): Promise<{ cut: (shut?: boolean) => Promise<void>; open: () => void }> {
  let last: { close: () => Promise<void> } | undefined;
  let closed = false;
  await page.routeWebSocket(/\/v1\/phone\/sip/, async (socket) => {
    if (closed) return socket.close();
    const server = socket.connectToServer();
    last = { close: async () => void (await Promise.all([socket.close(), server.close()])) };
  });
  return {
    cut: async (shut = false) => {
      closed = shut;
      await last?.close();
    },
    open: () => void (closed = false),
  };
}

/** The calls at the desk that go on. */
async function running(program: Program): Promise<string[]> {
  const { data } = await program.api.get<{ data: { id: string; number: string }[] }>("/v1/calls?state=active");
  return data.filter(({ number }) => number === "desk").map(({ id }) => id);
}

const talking = (page: Page) => expect(page.getByText("Talking", { exact: true })).toBeVisible();
const ready = (page: Page) => page.getByText("Ready", { exact: true }).first().waitFor({ timeout: 45_000 });
const lost = (page: Page) => expect(page.getByText("Connection lost", { exact: true }).first()).toBeVisible();

test("a call goes on when the connection is lost, and either side can end it afterwards", async ({ program }) => {
  test.setTimeout(240_000);
  const browser = await browserWithMicrophone();
  const anna = await memberPage(program, browser, "anna", "member");
  const way = await cuttable(anna);
  await openPhone(anna);
  await switchOn(anna);
  await desk(program);
  const callers: ChildProcess[] = [];
  const answered = async () => {
    const someone = caller(program, "desk");
    callers.push(someone);
    await anna.getByRole("button", { name: "Answer" }).click({ timeout: 45_000 });
    await talking(anna);
  };
  const ended = async () => {
    await expect(anna.getByText("Ended", { exact: true })).toBeVisible();
    await anna.getByRole("button", { name: "Close", exact: true }).click();
  };
  try {
    // The caller's end is told by the new connection.
    await answered();
    await way.cut();
    await lost(anna);
    await talking(anna);
    await expect(anna.getByRole("button", { name: "Hold" })).toBeDisabled();
    await ready(anna);
    await talking(anna);
    const [first] = await running(program);
    await program.api.send("DELETE", `/v1/calls/${first}`);
    await ended();

    // What ended meanwhile is told as well.
    await answered();
    await way.cut(true);
    await lost(anna);
    const [second] = await running(program);
    await program.api.send("DELETE", `/v1/calls/${second}`);
    await talking(anna);
    way.open();
    await expect(anna.getByText("The connection broke off", { exact: true })).toBeVisible({ timeout: 45_000 });
    await anna.getByRole("button", { name: "Close", exact: true }).click();

    // Hung up while nothing could be told: the caller hears it as soon as it can.
    await ready(anna);
    await answered();
    await way.cut(true);
    await lost(anna);
    await anna.getByRole("button", { name: "Hang up" }).click();
    await ended();
    expect(await running(program)).toHaveLength(1);
    way.open();
    await ready(anna);
    // Sooner than the silence would have ended it.
    await expect.poll(() => running(program), { timeout: 5_000 }).toEqual([]);

    // And after the connection has come back, as always.
    await answered();
    await way.cut();
    await lost(anna);
    await ready(anna);
    await anna.getByRole("button", { name: "Hang up" }).click();
    await ended();
    await expect.poll(() => running(program), { timeout: 5_000 }).toEqual([]);
  } finally {
    callers.forEach((someone) => someone.kill());
    await browser.close();
  }
});
