import { useMutation } from "@tanstack/react-query";
import { Ear, Hand, LogOut, MessageCircle, Users } from "lucide-react";
import { send } from "../../api/client";
import { liveTexts } from "../../text/live";
import { useText } from "../../text/useText";
import { Button, Note, useToast } from "../../ui";
import type { Call } from "../contacts/calls";
import { readyPhone } from "../phone/call";
import styles from "./Live.module.css";
import type { SupervisionMode } from "./model";
import { type Part, asked } from "./parts";
import { supervising } from "./supervising";
import { useLeave } from "./useParts";

const MODES = [
  { mode: "listen", icon: Ear },
  { mode: "whisper", icon: MessageCircle },
  { mode: "join", icon: Users },
  { mode: "take_over", icon: Hand },
] as const;

interface SupervisionProps {
  call: Call;
  /** How one takes part in it already. */
  part: Part | undefined;
}

/** Listens to a call, whispers, joins, or takes it over: one's own phone rings for it. */
export function Supervision({ call, part }: SupervisionProps) {
  const t = useText(liveTexts);
  const toast = useToast();
  const mode = part?.mode;
  const path = `/v1/calls/${call.id}/supervision`;
  const go = useMutation({
    mutationFn: async (wanted: SupervisionMode) => {
      if (mode !== undefined) return send("PATCH", path, { body: { mode: wanted } });
      // The phone in the browser is there before it is rung.
      await readyPhone();
      return send("POST", path, { body: { mode: wanted } });
    },
    onSuccess: (_, wanted) => supervising.change((parts) => asked(parts, call.id, wanted, Date.now())),
    onError: toast.bad,
  });
  const leave = useLeave(call.id);
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
      {part?.ringsUntil !== undefined && <Note>{t("live.phone_rings")}</Note>}
    </div>
  );
}
