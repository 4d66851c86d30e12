import { describe, expect, it } from "vitest";
import { dialable } from "./dialable";

describe("what is dialled", () => {
  it("is the digits of a number, however it is written", () => {
    expect(dialable(" +49 (30) 901-820 ")).toBe("+4930901820");
    expect(dialable("030/901 820")).toBe("030901820");
  });

  it("is a name or an address as it stands", () => {
    expect(dialable("anna")).toBe("anna");
    expect(dialable("sip:ben@example.org")).toBe("sip:ben@example.org");
    expect(dialable("*21#")).toBe("*21#");
  });
});
