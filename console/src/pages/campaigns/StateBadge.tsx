import { campaignsTexts } from "../../text/campaigns";
import { useText } from "../../text/useText";
import { Badge } from "../../ui";

const TONES = { draft: "neutral", running: "good", paused: "warn", stopped: "neutral", done: "accent" } as const;
type State = keyof typeof TONES;

/** How a campaign stands, in a word. */
export function StateBadge({ state }: { state: string }) {
  const t = useText(campaignsTexts);
  const known: State = state in TONES ? (state as State) : "draft";
  return (
    <Badge tone={TONES[known]} dot={known === "running" ? "live" : undefined}>
      {t(`campaigns.state.${known}`)}
    </Badge>
  );
}
