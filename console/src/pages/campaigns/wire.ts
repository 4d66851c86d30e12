/** Campaigns on the wire, and what the pages ask for. */

import { useQuery, useQueryClient } from "@tanstack/react-query";
import { send } from "../../api/client";
import { useLive } from "../../api/live";
import { ApiError } from "../../api/problem";
import type { components } from "../../api/schema";
import type { RowFault } from "../contacts/Faults";

export type Campaign = components["schemas"]["Campaign"];
export type Progress = components["schemas"]["Progress"];
export type Asked = components["schemas"]["AskedStory"];
export type CampaignContact = components["schemas"]["CampaignContact"];

export interface Results extends Progress {
  funnel: { step: string; contacts: number }[];
  variants: { variant: string; contacts: number; outcomes: Record<string, number>; dispositions: Record<string, number> }[];
  comparison: { what: string; first: number; second: number; difference: number; low: number; high: number; significant: boolean }[];
  keys?: { flow: string; node: string; key: string; pressed: number }[];
}

export interface Added {
  good: number;
  added: number;
  known: number;
  bad: number;
  faults: RowFault[];
  duplicates: { line: number; of: number }[];
}

export interface Preview {
  contact: number;
  language: string;
  variant?: string | null;
  variables: Record<string, string>;
  says: string[];
  spoken?: string[];
  message?: string | null;
  message_spoken?: string | null;
}

export interface TextFault {
  line: number;
  message: string;
  suggestion?: string | null;
}

/** What is wrong with a text: told apart from what is wrong with a table by its suggestions and its kind of problem. */
export function textFaults(error: unknown): TextFault[] {
  return faultsOf(error).filter((fault) => "severity" in fault) as unknown as TextFault[];
}

/** What is wrong with a table, row by row. */
export function tableFaults(error: unknown): RowFault[] {
  return faultsOf(error).filter((fault) => !("severity" in fault)) as unknown as RowFault[];
}

export function tableDuplicates(error: unknown): { line: number; of: number }[] {
  const told = error instanceof ApiError ? error.problem["duplicates"] : undefined;
  return Array.isArray(told) ? (told as { line: number; of: number }[]) : [];
}

function faultsOf(error: unknown): object[] {
  const told = error instanceof ApiError ? error.problem["faults"] : undefined;
  return Array.isArray(told) ? told.filter((fault): fault is object => typeof fault === "object" && fault !== null) : [];
}

/** Whether it calls those of a segment, and not of a table. */
export function hasSegment({ yaml }: Campaign): boolean {
  return /^segment:/m.test(yaml ?? "");
}

/** How often a running campaign is looked at where nothing is told, ms. */
const EVERY_MS = 5_000;

export function useCampaign(id: string) {
  return useQuery({ queryKey: ["/v1/campaigns", id], queryFn: () => send<Campaign>("GET", `/v1/campaigns/${id}`) });
}

/** How a campaign stands, as it is told and looked at now and then. */
export function useProgress(campaign: Campaign) {
  const client = useQueryClient();
  const { id } = campaign;
  const progress = useQuery({
    queryKey: ["/v1/campaigns", id, "progress"],
    queryFn: () => send<Progress>("GET", `/v1/campaigns/${id}/progress`),
    refetchInterval: ({ state }) => (state.data?.state === "running" || (state.data?.calling ?? 0) > 0 ? EVERY_MS : false),
  });
  useLive((message) => {
    if (message.type === "missed" || (message.type === "campaign" && message["id"] === id)) {
      void client.invalidateQueries({ queryKey: ["/v1/campaigns", id] });
    }
  });
  return progress;
}
