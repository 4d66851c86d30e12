import { useQuery } from "@tanstack/react-query";
import { Layers } from "lucide-react";
import { send } from "../../api/client";
import type { List } from "../../api/query";
import { useMay, useSession } from "../../shell/session";
import { deskTexts } from "../../text/desk";
import { queuesTexts } from "../../text/queues";
import { useText } from "../../text/useText";
import { Badge, Columns, Empty, ErrorNote, Facts, LinkButton, Loading, Page, Panel, PhoneNumber, useFormat } from "../../ui";
import { type Call, partyOf } from "../contacts/calls";
import { Colleagues } from "../phone/Colleagues";
import { useNow } from "../phone/Line";
import styles from "./Queues.module.css";
import { type Queue, serviceLevel, waited } from "./level";
import { ScriptsPanel } from "./Scripts";

/** How often it is looked at, ms. */
const EVERY_MS = 2_000;

/** Who waits for somebody to become free, and how the queues do. */
export default function Queues() {
  const t = useText(queuesTexts);
  const may = useMay();
  const { user } = useSession();
  const now = useNow(true);
  const queues = useQuery({
    queryKey: ["/v1/queues"],
    queryFn: () => send<List<Queue>>("GET", "/v1/queues"),
    select: ({ data }) => data,
    refetchInterval: EVERY_MS,
  });
  return (
    <Page title={t("queues.title")} subtitle={t("queues.since")}>
      <Columns aside={may("phone:use") ? <Colleagues own={user.member} /> : null}>
        {queues.isPending && <Loading />}
        {queues.error && <ErrorNote error={queues.error} onRetry={() => void queues.refetch()} />}
        {queues.data?.length === 0 && (
          <Panel>
            <Empty icon={Layers} title={t("queues.empty")}>
              {t("queues.empty_hint")}
            </Empty>
          </Panel>
        )}
        {queues.data?.map((queue) => (
          <QueuePanel key={queue.name} queue={queue} since={now - queues.dataUpdatedAt} />
        ))}
        {queues.data && may("settings:read") && <ScriptsPanel queues={queues.data} />}
      </Columns>
    </Page>
  );
}

function QueuePanel({ queue, since }: { queue: Queue; since: number }) {
  const t = useText(queuesTexts);
  const { clock, number, percent } = useFormat();
  const level = serviceLevel(queue);
  const callers = queue.callers ?? [];
  return (
    <Panel
      title={queue.name}
      actions={
        <Badge tone={queue.waiting > 0 ? "warn" : "neutral"} dot={queue.waiting > 0 ? "live" : undefined}>
          {number(queue.waiting)} {t("queues.waiting")}
        </Badge>
      }
    >
      <div className={styles.queue}>
        <div className={styles.figures}>
          <Figure value={clock(queue.waiting > 0 ? waited(queue.longest_wait_s, since) : 0)} label={t("queues.longest")} />
          <Figure value={level === undefined ? "–" : percent(level)} label={t("queues.service_level", { seconds: queue.service_level_s ?? 20 })} />
          <Figure value={typeof queue.average_wait_s === "number" ? clock(queue.average_wait_s * 1_000) : "–"} label={t("queues.average")} />
        </div>
        {callers.length > 0 && <Callers queue={queue.name} callers={callers} since={since} />}
        <Facts
          columns
          items={(["came", "served", "left", "timed_out", "refused"] as const).map((name) => ({
            label: t(`queues.${name}`),
            value: <span className="numbers">{number(name === "came" ? queue.entered : queue[name])}</span>,
          }))}
        />
      </div>
    </Panel>
  );
}

function Figure({ value, label }: { value: string; label: string }) {
  return (
    <div className={styles.figure}>
      <strong className="numbers">{value}</strong>
      <span>{label}</span>
    </div>
  );
}

function Callers({ queue, callers, since }: { queue: string; callers: NonNullable<Queue["callers"]>; since: number }) {
  const t = useText(queuesTexts);
  const tDesk = useText(deskTexts);
  return (
    <table className={styles.callers} aria-label={t("queues.callers", { name: queue })}>
      <thead>
        <tr>
          <th scope="col">{t("queues.position")}</th>
          <th scope="col">{tDesk("desk.who")}</th>
          <th scope="col">{t("queues.waited")}</th>
          <th scope="col">
            <span className="visually-hidden">{tDesk("desk.actions")}</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {callers.map((caller, at) => (
          <Caller key={caller.call} position={at + 1} since={since} {...caller} />
        ))}
      </tbody>
    </table>
  );
}

function Caller({ position, since, call: id, waited_s }: { position: number; since: number; call: string; waited_s: number }) {
  const t = useText(deskTexts);
  const may = useMay();
  const { clock } = useFormat();
  const call = useQuery({ queryKey: ["/v1/calls", id], queryFn: () => send<Call>("GET", `/v1/calls/${id}`), enabled: may("calls:read"), staleTime: Infinity });
  return (
    <tr>
      <td className="numbers">{position}</td>
      <td>{call.data ? <PhoneNumber number={partyOf(call.data)} fallback={t("desk.withheld")} /> : "…"}</td>
      <td className="numbers">{clock(waited(waited_s, since))}</td>
      <td>
        <LinkButton size="small" variant="quiet" to={`/live?call=${id}`}>
          {t("desk.open_call")}
        </LinkButton>
      </td>
    </tr>
  );
}
