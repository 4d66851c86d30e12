/** The running calls and what is said in them, kept as they are told. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { send } from "../../api/client";
import { useLive } from "../../api/live";
import type { List } from "../../api/query";
import type { Call } from "../contacts/calls";
import { type LiveLine, type LiveMessage, type LiveTalk, caughtUp, heard, silent } from "./model";

/** The most calls that are shown at once. */
const SHOWN = 200;
/** A call that is over stays in sight for so long, ms. */
const LINGERS_MS = 20_000;
/** So often it is looked for calls whose words are not needed any more: later than they go out of sight. */
const FORGOTTEN_MS = LINGERS_MS + 10_000;

const KEY = ["/v1/calls", "running"];

/** Calls that ring or go on, newest first. */
export function useRunning() {
  const client = useQueryClient();
  const running = useQuery({
    queryKey: KEY,
    queryFn: async () => {
      const of = (state: string) => send<List<Call>>("GET", "/v1/calls", { query: { state, limit: SHOWN } });
      const [ringing, active] = await Promise.all([of("ringing"), of("active")]);
      const known = new Map([...ringing.data, ...active.data].map((call) => [call.id, call]));
      return [...known.values()].sort((one, other) => other.started_at.localeCompare(one.started_at));
    },
  });
  useLive((told) => {
    const message = told as unknown as LiveMessage;
    if (message.type === "missed" || message.type === "state") void client.invalidateQueries({ queryKey: KEY });
  });
  return running;
}

/** What is said in each of these calls, from what was said before on. */
export function useTalks(calls: readonly Call[] | undefined): ReadonlyMap<string, LiveTalk> {
  const [talks, setTalks] = useState<ReadonlyMap<string, LiveTalk>>(new Map());
  const hear = (id: string, change: (talk: LiveTalk) => LiveTalk) => setTalks((all) => new Map(all).set(id, change(all.get(id) ?? silent)));
  const catchUp = (id: string) =>
    void send<{ lines: LiveLine[] }>("GET", `/v1/calls/${id}/transcript`)
      .then(({ lines }) => hear(id, (talk) => caughtUp(talk, lines)))
      // What is said from now on is told all the same.
      .catch(() => undefined);
  const ids = (calls ?? []).map(({ id }) => id).join(" ");
  useEffect(() => {
    for (const id of ids.split(" ")) if (id !== "" && !talks.has(id)) catchUp(id);
    // Only calls that are new are read.
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [ids]);
  const latest = useRef({ ids, talks });
  useEffect(() => {
    latest.current = { ids, talks };
  });
  // What was said in a call goes with it: once it was found to be over twice.
  useEffect(() => {
    let gone = new Set<string>();
    const timer = setInterval(() => {
      const running = new Set(latest.current.ids.split(" "));
      const absent = [...latest.current.talks.keys()].filter((id) => !running.has(id));
      const forgotten = new Set(absent.filter((id) => gone.has(id)));
      gone = new Set(absent);
      if (forgotten.size > 0) setTalks((all) => new Map([...all].filter(([id]) => !forgotten.has(id))));
    }, FORGOTTEN_MS);
    return () => clearInterval(timer);
  }, []);
  useLive((told) => {
    const message = told as unknown as LiveMessage;
    if (message.type === "missed") [...talks.keys()].forEach(catchUp);
    else if (message.type !== "presence" && message.type !== "campaign") hear(message.call, (talk) => heard(talk, message));
  });
  return talks;
}

/** Calls in sight: those that run, and for a moment those that have just ended. */
export function useInSight(running: readonly Call[] | undefined): readonly Call[] {
  const [shown, setShown] = useState<ReadonlyMap<string, { call: Call; until?: number }>>(new Map());
  useEffect(() => {
    if (!running) return undefined;
    const live = new Set(running.map(({ id }) => id));
    setShown((before) => {
      const next = new Map<string, { call: Call; until?: number }>(running.map((call) => [call.id, { call }]));
      for (const [id, { call, until = Date.now() + LINGERS_MS }] of before) {
        if (!live.has(id) && until > Date.now()) next.set(id, { call, until });
      }
      return next;
    });
    const timer = setTimeout(() => setShown((all) => new Map([...all].filter(([, { until }]) => until === undefined || until > Date.now()))), LINGERS_MS + 100);
    return () => clearTimeout(timer);
  }, [running]);
  return [...shown.values()].map(({ call }) => call);
}
