import { useQuery } from "@tanstack/react-query";
import { ArrowRight, LogOut } from "lucide-react";
import { useEffect } from "react";
import { useLocation } from "react-router";
import { send } from "../../api/client";
import { deskTexts } from "../../text/desk";
import { liveTexts } from "../../text/live";
import { useText } from "../../text/useText";
import { Button, LinkButton, Note, useFormat } from "../../ui";
import { type Call, contactIn, partyOf } from "../contacts/calls";
import styles from "./Live.module.css";
import type { Part } from "./parts";
import { supervising, useSupervised } from "./supervising";
import { useLeave, useParts } from "./useParts";

/** Above every page: in which calls one takes part, and the way out of them. */
export default function Supervised() {
  const parts = useSupervised();
  useEffect(() => () => supervising.clear(), []);
  return parts.size > 0 ? <Bar /> : null;
}

function Bar() {
  const parts = useParts();
  // Its page shows all of it.
  if (useLocation().pathname === "/live") return null;
  return (
    <div className={styles.bar}>
      {[...parts].map(([call, part]) => (
        <Taken key={call} call={call} part={part} />
      ))}
    </div>
  );
}

function Taken({ call, part: { mode, ringsUntil } }: { call: string; part: Part }) {
  const t = useText(liveTexts);
  const who = useWho(call);
  const leave = useLeave(call);
  const actions = (
    <span className={styles.barActions}>
      <LinkButton to={`/live?call=${call}`} icon={ArrowRight} size="small">
        {t("live.to_call")}
      </LinkButton>
      <Button size="small" icon={LogOut} isPending={leave.isPending} onPress={() => leave.mutate()}>
        {t("live.leave")}
      </Button>
    </span>
  );
  return (
    <Note action={actions}>
      <span role="status">
        {ringsUntil === undefined ? t("live.supervising", { mode: t(`live.${mode}`) }) : t("live.phone_rings")}
        {who && <strong className="numbers"> · {who}</strong>}
      </span>
    </Note>
  );
}

/** Whose call it is. */
function useWho(id: string): string | undefined {
  const t = useText(deskTexts);
  const { phone } = useFormat();
  const { data: call } = useQuery({ queryKey: ["/v1/calls", id], queryFn: () => send<Call>("GET", `/v1/calls/${id}`), staleTime: Infinity });
  if (!call) return undefined;
  const number = partyOf(call);
  return contactIn(call)?.name ?? (number === null ? t("desk.withheld") : phone(number));
}
