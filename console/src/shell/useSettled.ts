import { useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

const LOOK_EVERY_MS = 50;
const LATEST_MS = 3_000;

/** Whether the page has what it asked for first: what can wait until then leaves the processor to it. */
export function useSettled(): boolean {
  const client = useQueryClient();
  const [isSettled, setSettled] = useState(false);
  useEffect(() => {
    const latest = performance.now() + LATEST_MS;
    let timer = setTimeout(look, LOOK_EVERY_MS);
    function look() {
      if (client.isFetching() > 0 && performance.now() < latest) timer = setTimeout(look, LOOK_EVERY_MS);
      // What has come is shown before this runs.
      else timer = setTimeout(() => setSettled(true));
    }
    return () => clearTimeout(timer);
  }, [client]);
  return isSettled;
}
