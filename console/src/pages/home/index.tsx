import { useQuery, useQueryClient } from "@tanstack/react-query";
import { ListTodo, Megaphone, Radio, Voicemail, type LucideIcon } from "lucide-react";
import { Link } from "react-router";
import { send, type Query } from "../../api/client";
import { useLive } from "../../api/live";
import type { List } from "../../api/query";
import { useMay, useSession } from "../../shell/session";
import { homeTexts } from "../../text/home";
import { useText } from "../../text/useText";
import { Empty, ErrorNote, LinkButton, Loading, Page, Panel, useFormat } from "../../ui";
import { CallRow } from "../contacts/Happenings";
import type { Call } from "../contacts/calls";
import { Demo } from "./Demo";
import styles from "./Home.module.css";

const RECENT = 8;
/** A console with so few calls is still being looked around in. */
const FEW = 3;

/** What is going on; on a first visit, the call to begin with. */
export default function Home() {
  const t = useText(homeTexts);
  const may = useMay();
  const { user } = useSession();
  const client = useQueryClient();
  const calls = useQuery({
    queryKey: ["/v1/calls", "recent"],
    queryFn: () => send<List<Call>>("GET", "/v1/calls", { query: { limit: RECENT } }),
    select: ({ data }) => data,
    enabled: may("calls:read"),
  });
  useLive((message) => {
    if (message.type === "state" || message.type === "missed") void client.invalidateQueries({ queryKey: ["/v1/calls"] });
  }, may("live:read"));
  const few = (calls.data?.length ?? 0) <= FEW;
  const title = t("home.hello", { name: user.display ?? user.name });
  if (!may("calls:read")) {
    return (
      <Page title={title} windowTitle={t("home.title")}>
        <Tiles />
        <Empty title={t("home.nothing")} />
      </Page>
    );
  }
  return (
    <Page title={title} windowTitle={t("home.title")}>
      {calls.isPending && <Loading />}
      {calls.error && <ErrorNote error={calls.error} onRetry={() => void calls.refetch()} />}
      {calls.data && few && <Demo isFirst={calls.data.length === 0} />}
      {calls.data && calls.data.length > 0 && (
        <>
          <Tiles />
          <Panel
            title={t("home.recent")}
            flush
            actions={
              <LinkButton to="/calls" size="small" variant="quiet">
                {t("home.all_calls")}
              </LinkButton>
            }
          >
            <ul className={styles.list}>
              {calls.data.map((call) => (
                <li key={call.id}>
                  <CallRow call={call} who />
                </li>
              ))}
            </ul>
          </Panel>
        </>
      )}
    </Page>
  );
}

/** The most that is counted: a tile with more says so. */
const COUNTED = 50;

function useCount(path: string, query: Query, enabled: boolean) {
  return useQuery({
    queryKey: [path, "counted", query],
    queryFn: () => send<List<unknown>>("GET", path, { query: { ...query, limit: COUNTED } }),
    select: ({ data, next }) => ({ count: data.length, more: Boolean(next) }),
    enabled,
  }).data;
}

function Tiles() {
  const may = useMay();
  const running = useCount("/v1/calls", { state: "active" }, may("live:read") && may("calls:read"));
  const messages = useCount("/v1/voicemails", { heard: false }, may("voicemails:read"));
  const toDo = useCount("/v1/follow-ups", { state: "open" }, may("contacts:read"));
  const campaigns = useCount("/v1/campaigns", { state: "running" }, may("campaigns:read"));
  return (
    <ul className={styles.tiles}>
      <Tile to="/live" icon={Radio} words="home.running" counted={running} />
      <Tile to="/voicemails" icon={Voicemail} words="home.messages" counted={messages} />
      <Tile to="/voicemails?tab=to-do" icon={ListTodo} words="home.to_do" counted={toDo} />
      <Tile to="/campaigns" icon={Megaphone} words="home.campaigns" counted={campaigns} />
    </ul>
  );
}

interface TileProps {
  to: string;
  icon: LucideIcon;
  words: "home.running" | "home.messages" | "home.to_do" | "home.campaigns";
  counted?: { count: number; more: boolean };
}

function Tile({ to, icon: Icon, words, counted }: TileProps) {
  const t = useText(homeTexts);
  const { number } = useFormat();
  if (!counted) return null;
  return (
    <li>
      <Link to={to} className={styles.tile}>
        <Icon size={18} aria-hidden />
        <span>
          <strong className="numbers">
            {number(counted.count)}
            {counted.more && "+"}
          </strong>{" "}
          {t(words, { count: counted.count })}
        </span>
      </Link>
    </li>
  );
}
