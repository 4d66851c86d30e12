import { useQuery } from "@tanstack/react-query";

import { send } from "../../api/client";

interface Named {
  data: { name: string }[];
}

/** The names of the flows and agents that there are. */
export function useNames(): { flows: string[]; agents: string[] } {
  const flows = useQuery({ queryKey: ["/v1/flows", "names"], queryFn: () => send<Named>("GET", "/v1/flows"), staleTime: 60_000 });
  const agents = useQuery({ queryKey: ["/v1/agents", "names"], queryFn: () => send<Named>("GET", "/v1/agents"), staleTime: 60_000, retry: false });
  const names = (answer: Named | undefined) => answer?.data.map((one) => one.name) ?? [];
  return { flows: names(flows.data), agents: names(agents.data) };
}
