/** Colleagues and whether they can be reached. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { send } from "../../api/client";
import { useLive } from "../../api/live";
import type { List } from "../../api/query";
import type { components } from "../../api/schema";
import { useSession } from "../../shell/session";
import type { LiveMessage } from "../live/model";

export type Member = components["schemas"]["Member"];
export type PresenceState = "offline" | "available" | "ringing" | "busy" | "away";

export interface Presence {
  /** Id of the member. */
  id: string;
  /** Its name. */
  member: string;
  state: PresenceState;
  call?: string | null;
}

/** The people who have a phone. */
export function useMembers(enabled = true) {
  return useQuery({
    queryKey: ["/v1/members"],
    queryFn: () => send<List<Member>>("GET", "/v1/members"),
    select: (list) => list.data,
    staleTime: 60_000,
    enabled,
  });
}

/** The member whose phone is that of whoever is signed in. */
export function useOwnMember(): Member | undefined {
  const { user } = useSession();
  return useMembers(Boolean(user.member)).data?.find(({ id }) => id === user.member);
}

const PRESENCE = ["/v1/presence"];

/** How everybody stands now, by name. */
export function usePresence(enabled = true): ReadonlyMap<string, Presence> {
  const client = useQueryClient();
  const { data } = useQuery({
    queryKey: PRESENCE,
    queryFn: () => send<List<Presence>>("GET", "/v1/presence"),
    enabled,
  });
  useLive((told) => {
    const message = told as unknown as LiveMessage;
    if (message.type === "missed") void client.invalidateQueries({ queryKey: PRESENCE });
    if (message.type !== "presence") return;
    const { id, member, state, call } = message;
    client.setQueryData<List<Presence>>(PRESENCE, (known) => ({
      data: [...(known?.data ?? []).filter((one) => one.member !== member), { id, member, state, call }],
    }));
  }, enabled);
  return new Map(data?.data.map((one) => [one.member, one]));
}

/** Colleagues whose name holds what was typed; the reachable ones first. */
export function matching(members: readonly Member[], presence: ReadonlyMap<string, Presence>, typed: string): Member[] {
  const wanted = typed.trim().toLowerCase();
  const order: PresenceState[] = ["available", "ringing", "busy", "away", "offline"];
  const rank = (member: Member) => order.indexOf(presence.get(member.name)?.state ?? "offline");
  return members
    .filter((member) => `${member.name} ${member.display}`.toLowerCase().includes(wanted))
    .sort((one, other) => rank(one) - rank(other) || one.display.localeCompare(other.display));
}
