import { useQuery, useQueryClient } from "@tanstack/react-query";
import { createContext, useCallback, useContext, useEffect, useMemo, useState, type ReactNode } from "react";
import { onExpired, onStaleToken, send, setCsrf } from "../api/client";
import { live } from "../api/live";
import { ApiError } from "../api/problem";
import type { Scope, Session } from "../api/types";

export interface SessionState extends Session {
  /** The server no longer knows the session: it is asked for again, over the page. */
  isExpired: boolean;
  signOut: () => Promise<void>;
}

const SessionContext = createContext<SessionState | null>(null);

/** Who is signed in. */
export function useSession(): SessionState {
  const state = useContext(SessionContext);
  if (!state) throw new Error("useSession outside of SessionProvider");
  return state;
}

/** Whether the person may do something: `may("calls:write")`. The server decides; this only hides what it refuses. */
export function useMay(): (...anyOf: Scope[]) => boolean {
  const { scopes } = useSession();
  return useCallback((...anyOf) => anyOf.length === 0 || anyOf.some((scope) => scopes.includes(scope)), [scopes]);
}

export const sessionKey = ["/v1/session"] as const;

/** The session of this browser; `null` where nobody is signed in. */
export async function readSession(): Promise<Session | null> {
  try {
    return await send<Session>("GET", "/v1/session");
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) return null;
    throw error;
  }
}

export const sessionQuery = { queryKey: sessionKey, queryFn: readSession, staleTime: Infinity };

interface ProviderProps {
  /** Shown while it is not known who is signed in. */
  waiting: ReactNode;
  /** Shown when that cannot be found out. */
  failed: (error: Error, retry: () => void) => ReactNode;
  /** Shown where nobody is signed in. */
  signIn: ReactNode;
  children: ReactNode;
}

/** Finds out who is signed in. Whoever was signed in keeps the page when the session expires. */
export function SessionProvider({ waiting, failed, signIn, children }: ProviderProps) {
  const client = useQueryClient();
  const asked = useQuery(sessionQuery);
  const [isExpired, setExpired] = useState(false);
  const session = asked.data;

  useEffect(() => {
    setCsrf(session?.csrf);
    if (session) setExpired(false);
  }, [session]);
  useEffect(() => onExpired(() => setExpired(true)), []);
  useEffect(
    () =>
      onStaleToken(async () => {
        const before = client.getQueryData<Session | null>(sessionKey)?.user.id;
        try {
          const fresh = await client.fetchQuery({ ...sessionQuery, staleTime: 0 });
          setCsrf(fresh?.csrf);
          return fresh !== null && fresh.user.id === before;
        } catch {
          return false;
        }
      }),
    [client],
  );

  const signOut = useCallback(async () => {
    await send("DELETE", "/v1/session").catch((error: unknown) => {
      // Who is not signed in any more has what they want.
      if (!(error instanceof ApiError && error.status === 401)) throw error;
    });
    live.close();
    setCsrf(undefined);
    // First whoever watches the session hears that it is over; then all else that was read is forgotten.
    client.setQueryData(sessionKey, null);
    client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== sessionKey[0] });
    client.getMutationCache().clear();
  }, [client]);

  const state = useMemo(() => session && { ...session, isExpired, signOut }, [session, isExpired, signOut]);
  if (asked.isPending) return waiting;
  // Who is known stays known while the server cannot be asked.
  if (asked.error && session === undefined) return failed(asked.error, () => void asked.refetch());
  if (!state) return signIn;
  // What is shown may ask at once: the token is there before it.
  setCsrf(state.csrf);
  return <SessionContext value={state}>{children}</SessionContext>;
}
