import { useEffect, useRef } from "react";
import { useLocation } from "react-router";

/** How long a page may take until its heading is there, and stays: the one that stands while it is read may go. */
const PATIENCE_MS = 3_000;

/** After going to another page its heading has the focus, so that it is read out and the keyboard goes on from there. */
export function useHeadingFocus(): void {
  const { pathname } = useLocation();
  const first = useRef(true);
  useEffect(() => {
    if (first.current) {
      first.current = false;
      return;
    }
    const focus = () => {
      // Whoever has gone on by themselves meanwhile stays there.
      if (document.activeElement !== null && document.activeElement !== document.body) return;
      document.querySelector<HTMLElement>("[data-page-heading]")?.focus({ preventScroll: true });
    };
    (document.activeElement as HTMLElement | null)?.blur();
    focus();
    const watcher = new MutationObserver(focus);
    watcher.observe(document.body, { childList: true, subtree: true });
    const timer = setTimeout(() => watcher.disconnect(), PATIENCE_MS);
    return () => {
      watcher.disconnect();
      clearTimeout(timer);
    };
  }, [pathname]);
}
