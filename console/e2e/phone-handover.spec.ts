/** Somebody is handed over to a phone, which does something else at that very moment (RFC 3891). */
import { expect, test } from "./fixtures";
import { browserWithMicrophone, memberPage, switchOn } from "./phones";
import { SipServer } from "./sip-server";

test("who hangs up while somebody is handed over ends both calls, and a colleague who lets go ends none", async ({ program }) => {
  test.setTimeout(120_000);
  const browser = await browserWithMicrophone();
  const anna = await memberPage(program, browser, "anna", "member");
  const faults: string[] = [];
  anna.on("pageerror", ({ message }) => faults.push(message));
  const server = await SipServer.instead(anna);
  const talks = async (id: string) => {
    await server.invite(id, "ben");
    await anna.getByRole("button", { name: "Answer" }).click();
    await server.hears("200 INVITE", id);
    server.say("ACK", id);
    await expect(anna.getByText("Talking", { exact: true })).toBeVisible();
  };
  const ended = async () => {
    await expect(anna.getByText("Ended", { exact: true })).toBeVisible();
    await anna.getByRole("button", { name: "Close", exact: true }).click();
  };
  try {
    await switchOn(anna);

    // Answered, and not confirmed yet.
    await talks("first");
    await server.invite("second", "carla", server.replaces("first"));
    await server.hears("200 INVITE", "second");
    await anna.getByRole("button", { name: "Hang up" }).click();
    await server.hears("BYE", "first");
    server.say("ACK", "second");
    await server.hears("BYE", "second");
    await ended();

    // The colleague is gone before it is confirmed.
    await talks("third");
    await server.invite("fourth", "carla", server.replaces("third"));
    await server.hears("200 INVITE", "fourth");
    server.say("BYE", "third");
    await server.hears("200 BYE", "third");
    await expect(anna.getByText("Talking", { exact: true })).toBeVisible();
    server.say("ACK", "fourth");
    await expect(anna.getByRole("heading", { level: 2, name: "carla" })).toBeVisible();
    await expect(anna.getByText("Talking", { exact: true })).toBeVisible();
    await anna.getByRole("button", { name: "Hang up" }).click();
    await server.hears("BYE", "fourth");
    await ended();
    expect(faults).toEqual([]);
  } finally {
    await browser.close();
  }
});
