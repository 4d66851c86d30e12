import { useMutation } from "@tanstack/react-query";
import { send } from "../../api/client";
import { useLive } from "../../api/live";
import { useToast } from "../../ui";
import type { Call } from "../contacts/calls";
import { useOwnMember } from "../phone/people";
import type { LiveMessage } from "./model";
import { type Parts, without } from "./parts";
import { supervising, useSupervised } from "./supervising";

/** The calls in which one takes part, as the server tells of them while this is shown. */
export function useParts(): Parts {
  const parts = useSupervised();
  const own = useOwnMember()?.name;
  useLive((told) => {
    const message = told as unknown as LiveMessage;
    if (message.type === "missed") [...parts.keys()].forEach(forgetIfOver);
    else supervising.hear(message, own);
  });
  return parts;
}

/** The end of a call may be among what was missed. */
function forgetIfOver(id: string): void {
  void send<Call>("GET", `/v1/calls/${id}`)
    .then(({ ended_at }) => ended_at && supervising.change((parts) => without(parts, id)))
    // What cannot be asked now is asked with the next connection.
    .catch(() => undefined);
}

/** Takes part in a call no more; the others talk on. */
export function useLeave(call: string) {
  const toast = useToast();
  return useMutation({
    mutationFn: () => send("DELETE", `/v1/calls/${call}/supervision`),
    onError: toast.bad,
    // Where it is refused, nobody takes part any more.
    onSettled: () => supervising.change((parts) => without(parts, call)),
  });
}
