import type { numbersTexts } from "../../text/numbers";

export interface TrunkState {
  registration: "none" | "trying" | "registered" | "failed";
  reachable: boolean | null;
  rtt_ms: number | null;
  last_error: string | null;
  calls: number;
}

export interface TrunkSettings {
  host: string;
  transport: "udp" | "tcp" | "tls";
  user: string;
  auth_user: string | null;
  register: boolean;
  addresses: string[];
  caller_id: string | null;
  allowed_prefixes: string[];
  denied_prefixes: string[];
  max_calls: number;
  srtp: "off" | "optional" | "required";
  outbound_proxy: string | null;
  identity: "from" | "pai" | "ppi" | "rpid";
}

export interface Trunk extends TrunkSettings {
  id: string;
  name: string;
  has_password: boolean;
  state: TrunkState | null;
}

type Key = keyof typeof numbersTexts & string;

/** How a trunk stands, in a word, and why in plain words where something is wrong. */
export function judge(trunk: Pick<Trunk, "register" | "state">): { tone: "good" | "warn" | "bad" | "neutral"; word: Key; why: Key | null } {
  const { state } = trunk;
  if (!state) return { tone: "neutral", word: "trunks.unknown", why: null };
  const error = (state.last_error ?? "").toLowerCase();
  const byError = (): Key | null => {
    if (/\b(401|403|404|407)\b|password|forbidden|refused the registration/.test(error)) return "trunks.whyRefused";
    if (/resolv|name server|no address|not found by name|dns/.test(error)) return "trunks.whyName";
    if (/tls|certificate/.test(error)) return "trunks.whyTls";
    return null;
  };
  if (state.registration === "failed") return { tone: "bad", word: "trunks.bad", why: byError() ?? "trunks.whyRefused" };
  if (state.reachable === false) return { tone: "bad", word: "trunks.bad", why: byError() ?? "trunks.whySilent" };
  if (state.registration === "trying") return { tone: "warn", word: "trunks.trying", why: state.last_error ? (byError() ?? "trunks.whySilent") : null };
  if (state.registration === "registered" || state.reachable === true) return { tone: "good", word: "trunks.good", why: null };
  return { tone: "neutral", word: "trunks.unknown", why: null };
}

export type Kind = "register" | "address" | "proxy" | "pbx";

/** What each kind of connection begins with. */
export function fresh(kind: Kind): TrunkSettings {
  const plain: TrunkSettings = {
    host: "",
    transport: "udp",
    user: "",
    auth_user: null,
    register: false,
    addresses: [],
    caller_id: null,
    allowed_prefixes: [],
    denied_prefixes: [],
    max_calls: 0,
    srtp: "off",
    outbound_proxy: null,
    identity: "from",
  };
  switch (kind) {
    case "register":
      return { ...plain, register: true };
    case "address":
      return { ...plain, identity: "pai" };
    case "proxy":
      return { ...plain, register: true, transport: "tls", srtp: "required", identity: "ppi", outbound_proxy: "" };
    case "pbx":
      return plain;
  }
}
