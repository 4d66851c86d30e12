import { describe, expect, it } from "vitest";
import { languages } from "../text/language";
import { outcomeText, readOutcome, signInAddress } from "./openIdOutcome";
import { signInTexts } from "./texts";

/** Every word of the server: `OpenIdFault::word`. */
const words = ["cancelled", "expired", "provider", "refused", "unknown", "unverified", "no_role", "wait", "busy", "failed"];

describe("what became of signing in by OpenID Connect", () => {
  it("is read from behind the #", () => {
    expect(readOutcome("#signin=provider")).toBe("provider");
    expect(readOutcome("#other")).toBeNull();
    expect(readOutcome("")).toBeNull();
  });

  it("is told in every language, in words of its own", () => {
    for (const word of words) {
      const text = outcomeText(word);
      expect(text, word).not.toBeNull();
      for (const language of languages) expect(signInTexts[text ?? "signin.title"][language]).not.toBe("");
    }
    expect(outcomeText("provider")).not.toBe(outcomeText("unknown"));
  });

  it("is nothing to tell where there is none, and no more than a failure where it is not known", () => {
    expect(outcomeText(null)).toBeNull();
    expect(outcomeText("code")).toBeNull();
    expect(outcomeText("toString")).toBe("signin.openid.failed");
  });

  it("leads back to the page that was wanted", () => {
    const address = signInAddress("/v1/session/openid", { pathname: "/calls", search: "?q=a&b=c" });
    expect(address).toBe("/v1/session/openid?to=%2Fcalls%3Fq%3Da%26b%3Dc");
  });
});
