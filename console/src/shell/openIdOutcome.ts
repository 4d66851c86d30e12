/**
 * What became of signing in by OpenID Connect. The server leads the browser back to the page that was wanted, with a word
 * behind the `#`, which is in no log on the way.
 */
import type { signInTexts } from "./texts";

const MARK = "#signin=";

const texts: Readonly<Record<string, keyof typeof signInTexts>> = {
  cancelled: "signin.openid.cancelled",
  expired: "signin.openid.expired",
  provider: "signin.openid.provider",
  refused: "signin.openid.refused",
  unknown: "signin.openid.unknown",
  unverified: "signin.openid.unverified",
  no_role: "signin.openid.no_role",
  wait: "signin.openid.wait",
  busy: "signin.openid.wait",
  failed: "signin.openid.failed",
};

/** The word of this page's address: `code` where a one-time code is still to be given, or why nobody was let in. */
export function readOutcome(hash: string = location.hash): string | null {
  return hash.startsWith(MARK) ? hash.slice(MARK.length) : null;
}

/** Takes the word out of the address and the history. */
export function forgetOutcome(): void {
  if (readOutcome() !== null) history.replaceState(history.state, "", location.pathname + location.search);
}

/** How a person is told; `null` where there is nothing to tell. */
export function outcomeText(outcome: string | null): keyof typeof signInTexts | null {
  if (outcome === null || outcome === "code") return null;
  // A word that is not known came from a newer server, or from nobody.
  return Object.hasOwn(texts, outcome) ? (texts[outcome] ?? null) : "signin.openid.failed";
}

/** Where to go to sign in, and to come back to this page. */
export function signInAddress(url: string, { pathname, search }: Pick<Location, "pathname" | "search"> = location): string {
  return `${url}?${new URLSearchParams({ to: pathname + search }).toString()}`;
}
