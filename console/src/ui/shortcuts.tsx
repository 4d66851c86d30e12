import { createContext, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { isTyping } from "./Table";

export interface Shortcut {
  /** The key as the browser calls it, such as `j`, `?`, ` `, `ArrowLeft`; or two, one after the other: `g c`. */
  keys: string;
  /** What it does, for the help. */
  does: string;
  run: () => void;
}

interface Registry {
  add: (group: { current: Shortcut[] }) => () => void;
  all: () => Shortcut[];
}

const RegistryContext = createContext<Registry | null>(null);
/** How long the second key of two may take. */
const SECOND_KEY_MS = 1_200;

/** Listens to the keyboard for all pages. */
export function ShortcutProvider({ children }: { children: ReactNode }) {
  const [groups] = useState(() => new Set<{ current: Shortcut[] }>());
  const registry = useMemo<Registry>(
    () => ({
      add: (group) => {
        groups.add(group);
        return () => groups.delete(group);
      },
      all: () => [...groups].flatMap((group) => group.current),
    }),
    [groups],
  );
  useEffect(() => {
    let first = "";
    let at = 0;
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (document.querySelector("[role=dialog], [role=alertdialog], [role=menu], [role=listbox]")) return;
      // A button that has the focus keeps its own keys.
      if ((event.key === " " || event.key === "Enter") && document.activeElement?.matches("a, button, [role]")) return;
      const two = event.timeStamp - at < SECOND_KEY_MS ? `${first} ${event.key}` : "";
      const found = [two, event.key].map((keys) => registry.all().findLast((shortcut) => shortcut.keys === keys)).find(Boolean);
      [first, at] = [event.key, event.timeStamp];
      if (!found) return;
      event.preventDefault();
      found.run();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [registry]);
  return <RegistryContext value={registry}>{children}</RegistryContext>;
}

/** Keys that do something while this is on the page; the help (`?`) lists them. */
export function useShortcuts(shortcuts: Shortcut[]): void {
  const registry = useContext(RegistryContext);
  const group = useRef(shortcuts);
  useEffect(() => {
    group.current = shortcuts;
  });
  useEffect(() => registry?.add(group), [registry]);
}

/** Every key that does something now. */
export function useAllShortcuts(): () => Shortcut[] {
  const registry = useContext(RegistryContext);
  return registry?.all ?? (() => []);
}
