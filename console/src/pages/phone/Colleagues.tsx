import { Phone as PhoneIcon } from "lucide-react";
import { phoneTexts } from "../../text/phone";
import { useText } from "../../text/useText";
import { Badge, Empty, ErrorNote, IconButton, Panel, Skeleton } from "../../ui";
import { callNumber } from "./call";
import { type PresenceState, matching, useMembers, usePresence } from "./people";
import styles from "./Phone.module.css";

const TONES = { offline: "neutral", available: "good", ringing: "accent", busy: "warn", away: "neutral" } as const;

export function PresenceBadge({ state }: { state: PresenceState }) {
  const t = useText(phoneTexts);
  return (
    <Badge tone={TONES[state]} dot>
      {t(`phone.presence.${state}`)}
    </Badge>
  );
}

/** Who else has a phone, and whether they can be reached; `own` is the id of one's own member. */
export function Colleagues({ own }: { own?: string | null }) {
  const t = useText(phoneTexts);
  const members = useMembers();
  const presence = usePresence();
  const others = matching(members.data ?? [], presence, "").filter((member) => member.id !== own);
  return (
    <Panel title={t("phone.colleagues")} flush>
      {members.isPending && <Skeleton className={styles.padded} />}
      {members.error && <ErrorNote error={members.error} onRetry={() => void members.refetch()} />}
      {members.data && others.length === 0 && <Empty title={t("phone.no_colleagues")} />}
      <ul className={styles.list}>
        {others.map((member) => (
          <li key={member.id} className={styles.listRow}>
            <span className={styles.grow}>{member.display}</span>
            <PresenceBadge state={presence.get(member.name)?.state ?? "offline"} />
            <IconButton size="small" icon={PhoneIcon} label={t("phone.call_number", { number: member.display })} onPress={() => void callNumber(member.name, member.display)} />
          </li>
        ))}
      </ul>
    </Panel>
  );
}
