import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useReducer, useRef, useState } from "react";

import { send } from "../api/client";
import { ApiError } from "../api/problem";
import { readSource } from "./source";
import type { TextFault } from "./source";

/** One version of a flow or an agent. */
export interface TextVersion {
  name: string;
  version: number;
  active: boolean;
  created_at: string;
  yaml?: string | null;
  warnings?: TextFault[];
}

interface State {
  /** What the server has. */
  base: string | null;
  text: string;
  past: string[];
  future: string[];
  /** What was changed last, and when: further strokes at the same place are one step. */
  tag: string;
  at: number;
}

type Action =
  | { do: "load"; text: string }
  | { do: "change"; text: string; tag: string; at: number }
  | { do: "undo" }
  | { do: "redo" }
  | { do: "saved"; text: string };

const STEPS = 200;
/** Strokes within this time are undone together, ms. */
const TOGETHER = 1_500;
const CHECK_AFTER = 500;

function reduce(state: State, action: Action): State {
  switch (action.do) {
    case "load":
      return { base: action.text, text: action.text, past: [], future: [], tag: "", at: 0 };
    case "change": {
      if (action.text === state.text) return state;
      const together = action.tag !== "" && action.tag === state.tag && action.at - state.at < TOGETHER;
      const past = together ? state.past : [...state.past, state.text].slice(-STEPS);
      return { ...state, text: action.text, past, future: [], tag: action.tag, at: action.at };
    }
    case "undo": {
      const text = state.past.at(-1);
      if (text === undefined) return state;
      return { ...state, text, past: state.past.slice(0, -1), future: [state.text, ...state.future], tag: "" };
    }
    case "redo": {
      const [text, ...future] = state.future;
      if (text === undefined) return state;
      return { ...state, text, past: [...state.past, state.text], future, tag: "" };
    }
    case "saved":
      return { ...state, base: action.text };
  }
}

/** A text of the server that somebody changes: with what is wrong with it, and steps back and forth. */
export function useDraft(path: string, mayWrite: boolean) {
  const client = useQueryClient();
  const asked = useQuery({ queryKey: [path, "text"], queryFn: () => send<TextVersion>("GET", path), refetchOnWindowFocus: false });
  const [state, dispatch] = useReducer(reduce, { base: null, text: "", past: [], future: [], tag: "", at: 0 });
  const dirty = state.base !== null && state.text !== state.base;
  const loaded = useRef<string | null>(null);
  const yaml = asked.data?.yaml ?? null;
  useEffect(() => {
    if (yaml === null || yaml === loaded.current) return;
    loaded.current = yaml;
    dispatch({ do: "load", text: yaml });
  }, [yaml]);

  const { faults, isChecking, setFaults } = useFaults(path, state.text, mayWrite && dirty);
  const save = useMutation({
    mutationFn: (text: string) => putText(path, text),
    onSuccess: (saved, text) => {
      loaded.current = text;
      dispatch({ do: "saved", text });
      setFaults(saved.warnings ?? []);
      client.setQueryData([path, "text"], { ...saved, yaml: text });
      void client.invalidateQueries({ predicate: (query) => String(query.queryKey[0]).startsWith(path) && query.queryKey[1] !== "text" });
      void client.invalidateQueries({ queryKey: [path.slice(0, path.lastIndexOf("/"))] });
    },
    onError: (error) => setFaults(faultsOf(error)),
  });
  const change = useCallback((text: string, tag = "") => dispatch({ do: "change", text, tag, at: Date.now() }), []);
  return {
    asked,
    version: asked.data?.version,
    text: state.text,
    base: state.base,
    dirty,
    faults,
    isChecking,
    change,
    save,
    discard: () => state.base !== null && change(state.base),
    undo: () => dispatch({ do: "undo" }),
    redo: () => dispatch({ do: "redo" }),
    mayUndo: state.past.length > 0,
    mayRedo: state.future.length > 0,
  };
}

export type Draft = ReturnType<typeof useDraft>;

/** Makes a text the active version; with `dry` it is only checked. */
export function putText(path: string, text: string, dry = false): Promise<TextVersion> {
  const query = dry ? { dry_run: true } : {};
  return send<TextVersion>("PUT", path, { raw: text, query, headers: { "content-type": "application/yaml" } });
}

/** The faults that the server's refusal lists. */
export function faultsOf(error: unknown): TextFault[] {
  const listed = error instanceof ApiError ? error.problem["faults"] : undefined;
  return Array.isArray(listed) ? (listed as TextFault[]) : [];
}

/** What is wrong with a text, a moment after the last stroke. */
function useFaults(path: string, text: string, enabled: boolean) {
  const [faults, setFaults] = useState<TextFault[]>([]);
  const [isChecking, setChecking] = useState(false);
  useEffect(() => {
    if (!enabled) {
      setFaults([]);
      setChecking(false);
      return;
    }
    let current = true;
    setChecking(true);
    const timer = setTimeout(() => {
      const own = readSource(text).faults;
      const found = own.length > 0 ? Promise.resolve(own) : putText(path, text, true).then(() => [], faultsOf);
      void found.then((list) => {
        if (!current) return;
        setFaults(list);
        setChecking(false);
      });
    }, CHECK_AFTER);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [path, text, enabled]);
  return { faults, isChecking, setFaults };
}
