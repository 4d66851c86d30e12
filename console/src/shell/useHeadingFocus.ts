import { useEffect, useRef } from "react";
import { useLocation } from "react-router";

/** How long a page may take until its heading is there. */
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
      const heading = document.querySelector<HTMLElement>("[data-page-heading]");
      // Whoever has gone on by himself meanwhile stays there.
      const within = document.activeElement?.closest("main, [role=dialog]");
      if (heading && !within) heading.focus({ preventScroll: true });
      return Boolean(heading);
    };
    (document.activeElement as HTMLElement | null)?.blur();
    if (focus()) return;
    const watcher = new MutationObserver(() => focus() && watcher.disconnect());
    watcher.observe(document.body, { childList: true, subtree: true });
    const timer = setTimeout(() => watcher.disconnect(), PATIENCE_MS);
    return () => {
      watcher.disconnect();
      clearTimeout(timer);
    };
  }, [pathname]);
}
