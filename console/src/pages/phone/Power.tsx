import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Power as PowerIcon } from "lucide-react";
import { send } from "../../api/client";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Badge, Button, Note, Switch, useToast } from "../../ui";
import type { Link } from "./machine";
import { useOwnMember } from "./people";
import { phone } from "./phone";

const TONES = { off: "neutral", connecting: "accent", ready: "good", lost: "warn", refused: "bad", elsewhere: "warn" } as const;

/** Whether the phone is on, in a word. */
export function LinkBadge({ link }: { link: Link }) {
  const t = useText(phoneTexts);
  return (
    <Badge tone={TONES[link]} dot={link === "connecting" ? "live" : true}>
      {t(`phone.link.${link}`)}
    </Badge>
  );
}

/** Switches the phone on, or says why it is not. */
export function Power({ link }: { link: Link }) {
  const t = useText(phoneTexts);
  if (link === "ready" || link === "connecting") return null;
  if (link === "lost") return <Note tone="warn">{t("phone.hint.lost")}</Note>;
  const action = (
    <Button variant={link === "off" ? "primary" : "secondary"} icon={PowerIcon} onPress={() => void phone.switchOn(link === "elsewhere")}>
      {t(link === "off" ? "phone.turn_on" : link === "elsewhere" ? "phone.use_here" : "phone.retry")}
    </Button>
  );
  return (
    <Note tone={link === "off" ? "accent" : "warn"} action={action}>
      {t(link === "off" ? "phone.off_hint" : `phone.hint.${link}`)}
    </Note>
  );
}

/** Whether callers are put through to one. */
export function Away() {
  const t = useText(phoneTexts);
  const toast = useToast();
  const client = useQueryClient();
  const own = useOwnMember();
  const set = useMutation({
    mutationFn: (away: boolean) => send("PUT", "/v1/presence", { body: { away } }),
    onSuccess: () => client.invalidateQueries({ queryKey: ["/v1/members"] }),
    onError: toast.bad,
  });
  if (!own) return null;
  return (
    <Switch isSelected={set.isPending ? set.variables : own.away} onChange={(away) => set.mutate(away)} hint={t("phone.away_hint")}>
      {t("phone.away")}
    </Switch>
  );
}
