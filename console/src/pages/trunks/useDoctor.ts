import { useQuery } from "@tanstack/react-query";

import { send } from "../../api/client";
import { useMay } from "../../shell/session";
import type { Examination } from "./examination";

const EVERY_MS = 30_000;

/** What is wrong with trunks, numbers and the machine; nothing for whoever may not see trunks. */
export function useDoctor() {
  const enabled = useMay()("trunks:read");
  return useQuery({ queryKey: ["/v1/doctor"], queryFn: () => send<Examination>("GET", "/v1/doctor"), enabled, refetchInterval: EVERY_MS });
}
