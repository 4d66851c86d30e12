/** What the session and its rights look like. */

export type Role = "admin" | "manager" | "member" | "reviewer";

export type Scope =
  | "calls:read" | "calls:write" | "calls:note" | "calls:listen"
  | "voicemails:read" | "voicemails:write"
  | "live:read" | "live:supervise"
  | "phone:use"
  | "contacts:read" | "contacts:write"
  | "campaigns:read" | "campaigns:write"
  | "flows:read" | "flows:write"
  | "agents:read" | "agents:write"
  | "knowledge:read" | "knowledge:write"
  | "numbers:read" | "numbers:write"
  | "trunks:read" | "trunks:write"
  | "reports:read"
  | "settings:read" | "settings:write"
  | "users:read" | "users:write"
  | "keys:write" | "audit:read" | "export:read";

export interface SessionUser {
  id: string;
  name: string;
  display?: string | null;
  role: Role;
  /** Id of the member whose phone is theirs. */
  member?: string | null;
  language?: string | null;
  second_factor: boolean;
}

export interface Session {
  user: SessionUser;
  scopes: Scope[];
  csrf: string;
  expires_at: string;
}

export interface SignInOptions {
  password: boolean;
  openid?: { name: string; url: string } | null;
  first_start: boolean;
}
