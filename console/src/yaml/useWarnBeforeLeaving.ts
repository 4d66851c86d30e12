import { useEffect } from "react";
import { useBlocker } from "react-router";

import { flowsTexts } from "../text/flows";
import { useText } from "../text/useText";

/** Asks before changes are lost. */
export function useWarnBeforeLeaving(dirty: boolean): void {
  const t = useText(flowsTexts);
  const question = t("flows.leave");
  useEffect(() => {
    if (!dirty) return;
    const ask = (event: BeforeUnloadEvent) => event.preventDefault();
    window.addEventListener("beforeunload", ask);
    return () => window.removeEventListener("beforeunload", ask);
  }, [dirty]);
  const blocker = useBlocker(dirty);
  useEffect(() => {
    if (blocker.state !== "blocked") return;
    if (window.confirm(question)) blocker.proceed();
    else blocker.reset();
  }, [blocker, question]);
}
