import { useMutation } from "@tanstack/react-query";
import { Ear, Hand, LogOut, MessageCircle, Users } from "lucide-react";
import { useEffect, useState } from "react";
import { send } from "../../api/client";
import { useLive } from "../../api/live";
import { liveTexts } from "../../text/live";
import { useText } from "../../text/useText";
import { Button, Note, useToast } from "../../ui";
import type { Call } from "../contacts/calls";
import { readyPhone } from "../phone/call";
import { useOwnMember } from "../phone/people";
import styles from "./Live.module.css";
import type { LiveMessage, SupervisionMode } from "./model";

const MODES = [
  { mode: "listen", icon: Ear },
  { mode: "whisper", icon: MessageCircle },
  { mode: "join", icon: Users },
  { mode: "take_over", icon: Hand },
] as const;

/** A phone that nobody has answered for so long does not ring any more, ms. */
const RINGS_MS = 60_000;

/** Listens to a call, whispers, joins, or takes it over: one's own phone rings for it. */
export function Supervision({ call }: { call: Call }) {
  const t = useText(liveTexts);
  const toast = useToast();
  const [mode, setMode] = useState<SupervisionMode>();
  const own = useOwnMember()?.name;
  // The phone was answered.
  const [takesPart, setTakesPart] = useState(false);
  useLive((told) => {
    const message = told as unknown as LiveMessage;
    if (message.type !== "supervision" || message.call !== call.id || message.member !== own) return;
    setTakesPart(message.mode !== null);
    setMode(message.mode === "take_over" ? undefined : (message.mode ?? undefined));
  });
  const rings = mode !== undefined && !takesPart;
  useEffect(() => {
    if (!rings) return undefined;
    const timer = setTimeout(() => setMode(undefined), RINGS_MS);
    return () => clearTimeout(timer);
  }, [rings]);
  const path = `/v1/calls/${call.id}/supervision`;
  const go = useMutation({
    mutationFn: async (wanted: SupervisionMode) => {
      if (mode !== undefined) return send("PATCH", path, { body: { mode: wanted } });
      // The phone in the browser is there before it is rung.
      await readyPhone();
      return send("POST", path, { body: { mode: wanted } });
    },
    onSuccess: (_, wanted) => setMode(wanted === "take_over" ? undefined : wanted),
    onError: toast.bad,
  });
  const leave = useMutation({
    mutationFn: () => send("DELETE", path),
    onError: toast.bad,
    onSettled: () => {
      setTakesPart(false);
      setMode(undefined);
    },
  });
  return (
    <div className={styles.supervision} role="group" aria-label={t("live.supervise")}>
      {MODES.map(({ mode: one, icon }) => (
        <Button key={one} size="small" icon={icon} isPressed={mode === one} isPending={go.isPending && go.variables === one} onPress={() => go.mutate(one)}>
          {t(`live.${one}`)}
        </Button>
      ))}
      {mode !== undefined && (
        <Button size="small" variant="quiet" icon={LogOut} onPress={() => leave.mutate()}>
          {t("live.leave")}
        </Button>
      )}
      <p className={styles.supervisionHint} role="status">
        {mode === undefined ? MODES.map(({ mode: one }) => `${t(`live.${one}`)}: ${t(`live.${one}_hint`)}`).join(" ") : t(`live.${mode}_hint`)}
      </p>
      {go.isSuccess && rings && <Note>{t("live.phone_rings")}</Note>}
    </div>
  );
}
