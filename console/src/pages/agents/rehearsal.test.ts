import { expect, it } from "vitest";
import { parse } from "yaml";
import { rehearsalTexts } from "../../text/rehearsals";
import { blank, freeName, isName, meaningOf } from "./rehearsal";

it("says in words what a check means, and leaves others to the server", () => {
  expect(rehearsalTexts[meaningOf({ check: "did_not_say" }) ?? "rehearsals.title"].en).toBe("The agent said what it should not");
  expect(meaningOf({ check: "of tomorrow" })).toBeNull();
});

it("begins a new caller for the agent under a name of its own", () => {
  expect(parse(blank("desk"))).toMatchObject({ agent: "desk", caller: ["Hello", "Thank you, goodbye"] });
  expect(freeName(["caller-1", "x", "caller-2"])).toBe("caller-3");
  expect([isName("caller-1"), isName("No name"), isName("")]).toEqual([true, false, false]);
});
