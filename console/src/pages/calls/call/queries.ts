import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef } from "react";
import { send } from "../../../api/client";
import { useLive } from "../../../api/live";
import { ApiError } from "../../../api/problem";
import type { List } from "../../../api/query";
import { useToast } from "../../../ui";
import type { AfterCall, CallDetail, CallNote, Signalling, Transcript, Waveform } from "../model/types";

const base = (id: string) => `/v1/calls/${encodeURIComponent(id)}`;
/** What is made of a call comes some seconds after its end. */
const WAIT_MS = 2_000;
const SETTLE_MS = 300;
/** So often it is looked for what comes after a call: what does not come by then is not waited for. */
const MOST_LOOKS = 60;

export function useCall(id: string) {
  return useQuery({
    queryKey: [base(id)],
    queryFn: ({ signal }) => send<CallDetail>("GET", base(id), { signal }),
    // A recording is ready some seconds after the end of the call.
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      data?.state === "ended" && ["recording", "held"].includes(data.recording?.state ?? "") && dataUpdateCount < MOST_LOOKS ? WAIT_MS : false,
  });
}

export function useTranscript(id: string) {
  return useQuery({
    queryKey: [base(id), "transcript"],
    queryFn: ({ signal }) => send<Transcript>("GET", `${base(id)}/transcript`, { query: { format: "json" }, signal }),
    refetchInterval: ({ state }) => (state.data?.state === "open" ? WAIT_MS * 2 : false),
  });
}

export function useAfterCall(id: string, isEnded: boolean) {
  return useQuery({
    queryKey: [base(id), "insights"],
    queryFn: ({ signal }) => send<AfterCall>("GET", `${base(id)}/insights`, { signal }),
    enabled: isEnded,
    // Right after the end nothing is known of it yet.
    refetchInterval: ({ state: { data, dataUpdateCount } }) =>
      ["waiting", "running"].includes(data?.state ?? "") || (data && !data.state && !data.insights && dataUpdateCount < MOST_LOOKS) ? WAIT_MS : false,
  });
}

/** Nothing, where there is no such thing: it is not kept, or the server does not know it. */
async function orNothing<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (error) {
    if (error instanceof ApiError && [404, 405].includes(error.status)) return null;
    throw error;
  }
}

export function useWaveform(id: string, isEnabled: boolean) {
  return useQuery({
    queryKey: [base(id), "waveform"],
    queryFn: ({ signal }) => orNothing(send<Waveform>("GET", `${base(id)}/waveform`, { signal })),
    enabled: isEnabled,
    staleTime: Infinity,
  });
}

export function useSignalling(id: string) {
  return useQuery({
    queryKey: [base(id), "signalling"],
    queryFn: ({ signal }) => orNothing(send<Signalling>("GET", `${base(id)}/signalling`, { signal })),
  });
}

export function useNotes(id: string) {
  return useQuery({
    queryKey: [base(id), "notes"],
    queryFn: async ({ signal }) => (await orNothing(send<List<CallNote>>("GET", `${base(id)}/notes`, { signal })))?.data ?? [],
  });
}

export function useTags() {
  return useQuery({
    queryKey: ["/v1/tags"],
    queryFn: async ({ signal }) =>
      (await orNothing(send<List<{ name: string; calls: number }>>("GET", "/v1/tags", { signal })))?.data ?? [],
  });
}

/** Something that is changed about a call; afterwards what it touches is read anew. What fails is said. */
export function useChange<T>(id: string, part: string | undefined, change: (value: T) => Promise<unknown>) {
  const client = useQueryClient();
  const toast = useToast();
  return useMutation({
    mutationFn: change,
    onSuccess: () => client.invalidateQueries({ queryKey: part ? [base(id), part] : [base(id)] }),
    onError: toast.bad,
  });
}

export const useSetTags = (id: string) =>
  useChange(id, undefined, (tags: string[]) => send("PUT", `${base(id)}/tags`, { body: { tags } }));

export const useAddNote = (id: string) =>
  useChange(id, "notes", (note: { text: string; at_ms?: number }) => send("POST", `${base(id)}/notes`, { body: note }));

export const useChangeNote = (id: string) =>
  useChange(id, "notes", ({ note, text }: { note: string; text: string }) =>
    send("PATCH", `${base(id)}/notes/${encodeURIComponent(note)}`, { body: { text } }),
  );

export const useDeleteNote = (id: string) =>
  useChange(id, "notes", (note: string) => send("DELETE", `${base(id)}/notes/${encodeURIComponent(note)}`));

/** `text: null` takes the correction back. */
export const useCorrect = (id: string) =>
  useChange(id, "transcript", ({ seq, text }: { seq: number; text: string | null }) =>
    text === null
      ? send("DELETE", `${base(id)}/corrections/${seq}`)
      : send("PUT", `${base(id)}/corrections/${seq}`, { body: { text } }),
  );

export const useSummariseAgain = (id: string) => useChange(id, "insights", () => send("POST", `${base(id)}/insights/again`));

export const useHangUp = (id: string) => useChange(id, undefined, () => send("DELETE", base(id)));

/** Reads a call anew when something happens in it. */
export function useFollow(id: string, isEnabled: boolean): void {
  const client = useQueryClient();
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  useLive((message) => {
    if (message.type === "partial" || (message.call !== id && message.type !== "missed")) return;
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void client.invalidateQueries({ queryKey: [base(id)] }), SETTLE_MS);
  }, isEnabled);
}
