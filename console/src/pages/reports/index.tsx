import { useQuery } from "@tanstack/react-query";
import { ChartColumn, Download } from "lucide-react";
import { useMemo, useState } from "react";

import { address, send } from "../../api/client";
import { reportsTexts } from "../../text/reports";
import { useText } from "../../text/useText";
import { DownloadButton, Empty, ErrorNote, Loading, Page, Panel, Select, Table, TextField, useFormat } from "../../ui";
import { BarChart, TimeChart } from "./Chart";
import { BYS, METRICS, PARTS, PERIODS, dayAfter, daysOf, isTime } from "./report";
import type { By, Counts, Metric, Period, Report, Row } from "./report";
import styles from "./reports.module.css";

const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone;

export default function Reports() {
  const t = useText(reportsTexts);
  const [by, setBy] = useState<By>("day");
  const [period, setPeriod] = useState<Period>("days30");
  const [zone, setZone] = useState("-");
  const [metric, setMetric] = useState<Metric>("volume");
  const first = useMemo(() => daysOf("days30", new Date()), []);
  const [own, setOwn] = useState({ from: first.from, last: first.from });
  const days = period === "own" ? { from: own.from, to: dayAfter(own.last) } : daysOf(period, new Date());
  const query = { ...days, by, zone: zone === "-" ? undefined : zone };
  const report = useQuery({ queryKey: ["/v1/reports", query], queryFn: ({ signal }) => send<Report>("GET", "/v1/reports", { query, signal }) });
  return (
    <Page
      title={t("reports.title")}
      subtitle={t("reports.about")}
      actions={
        <DownloadButton icon={Download} href={address("/v1/reports", { ...query, format: "csv" })} download={`report-${by}.csv`}>
          {t("reports.csv")}
        </DownloadButton>
      }
    >
      <div className={styles.filters}>
        <Select label={t("reports.period")} options={PERIODS.map((id) => ({ id, label: t(`reports.${id}`) }))} value={period} onChange={setPeriod} />
        {period === "own" && (
          <>
            <TextField label={t("reports.from")} type="date" value={own.from} onChange={(from) => setOwn({ ...own, from })} />
            <TextField label={t("reports.to")} type="date" value={own.last} onChange={(last) => setOwn({ ...own, last })} />
          </>
        )}
        <Select label={t("reports.by")} options={BYS.map((id) => ({ id, label: t(`reports.${id}`) }))} value={by} onChange={setBy} />
        <Select label={t("reports.metric")} options={METRICS.map((id) => ({ id, label: t(`reports.${id}`) }))} value={metric} onChange={setMetric} />
        <Select
          label={t("reports.zone")}
          options={[
            { id: "-", label: t("reports.zoneHouse") },
            { id: HERE, label: t("reports.zoneHere", { zone: HERE }) },
            ...(HERE === "UTC" ? [] : [{ id: "UTC", label: "UTC" }]),
          ]}
          value={zone}
          onChange={setZone}
        />
      </div>
      {report.isPending && <Loading />}
      {report.error && <ErrorNote error={report.error} onRetry={() => void report.refetch()} />}
      {report.data && <Shown report={report.data} by={by} metric={metric} zone={zone === "-" ? undefined : zone} />}
    </Page>
  );
}

function Shown({ report, by, metric, zone }: { report: Report; by: By; metric: Metric; zone: string | undefined }) {
  const t = useText(reportsTexts);
  const f = useFormat();
  const parts = PARTS[metric];
  const names = Object.fromEntries(parts.map((part) => [part.name, t(`reports.${part.name}`)]));
  const overTime = by === "day" || by === "hour";
  const rowLabel = (row: Row, short = false): string => {
    if (row.key === null) return row.label || t("reports.without");
    if (by === "day") return short ? dayLabel(row.key, f) : f.date(`${row.key.slice(0, 10)}T12:00:00`);
    if (by === "hour") return hourLabel(row.key, short, zone, f);
    return by === "number" ? f.phone(row.label) : row.label;
  };
  const value = (amount: number) => (isTime(metric) ? f.span(amount) : f.number(amount));
  if (report.sum.calls === 0) {
    return (
      <Empty icon={ChartColumn} title={t("reports.none")}>
        {t("reports.noneHelp")}
      </Empty>
    );
  }
  const Chart = overTime ? TimeChart : BarChart;
  const label = t("reports.chart", { metric: t(`reports.${metric}`), by: t(`reports.${by}`) });
  return (
    <>
      <Sums sum={report.sum} />
      <Panel title={label}>
        <Chart label={label} description={t("reports.tableBelow")} rows={report.rows} parts={parts} names={names} value={value} rowLabel={(row) => rowLabel(row, true)} />
      </Panel>
      <Panel title={t("reports.table")} flush>
        <CountTable rows={overTime ? [...report.rows].reverse() : report.rows} by={by} rowLabel={rowLabel} />
      </Panel>
    </>
  );
}

type Formats = ReturnType<typeof useFormat>;

function dayLabel(key: string, f: Formats): string {
  return f.date(`${key.slice(0, 10)}T12:00:00`).replace(/\s*\d{4}$/, "");
}

/** An hour in the zone of the report, which the key's offset says. */
function hourLabel(key: string, short: boolean, zone: string | undefined, f: Formats): string {
  const local = /T(\d\d):/.exec(key)?.[1];
  const hasOffset = /[+-]\d\d:\d\d$/.test(key);
  if (hasOffset && local !== undefined) return short ? `${local}:00` : `${f.date(`${key.slice(0, 10)}T12:00:00`)}, ${local}:00`;
  return new Date(key).toLocaleString(undefined, { timeZone: zone, dateStyle: short ? undefined : "medium", timeStyle: "short" });
}

function Sums({ sum }: { sum: Counts }) {
  const t = useText(reportsTexts);
  const f = useFormat();
  const share = (part: number, of: number) => (of > 0 ? f.percent(part / of) : "–");
  const items: [string, string, string?][] = [
    [t("reports.calls"), f.number(sum.calls)],
    [t("reports.answered"), f.number(sum.answered), share(sum.answered, sum.calls)],
    [t("reports.abandoned"), f.number(sum.abandoned), share(sum.abandoned, sum.inbound)],
    [t("reports.waitAvg"), sum.wait_ms_avg === null ? "–" : f.span(sum.wait_ms_avg)],
    [t("reports.talkSum"), f.span(sum.talk_ms_sum)],
    [t("reports.contained"), f.number(sum.contained), share(sum.contained, sum.answered)],
    [t("reports.handedOver"), f.number(sum.handed_over), share(sum.handed_over, sum.answered)],
  ];
  return (
    <dl className={styles.sums}>
      {items.map(([label, amount, part]) => (
        <div key={label} className={styles.sum}>
          <dt>{label}</dt>
          <dd>
            {amount} {part !== undefined && <small>{part}</small>}
          </dd>
        </div>
      ))}
    </dl>
  );
}

function CountTable({ rows, by, rowLabel }: { rows: Row[]; by: By; rowLabel: (row: Row) => string }) {
  const t = useText(reportsTexts);
  const f = useFormat();
  const count = (name: "inbound" | "outbound" | "answered" | "abandoned" | "contained" | "positive" | "neutral" | "negative", isMinor: boolean) => ({
    id: name,
    label: t(`reports.${name}`),
    align: "end" as const,
    isMinor,
    cell: (row: Row) => f.number(row[name]),
  });
  return (
    <Table
      label={t("reports.table")}
      rows={rows}
      rowKey={(row) => row.key ?? "-"}
      columns={[
        { id: "key", label: t(`reports.${by}`), cell: (row) => <span className={styles.key}>{rowLabel(row)}</span> },
        { id: "calls", label: t("reports.calls"), align: "end", cell: (row) => f.number(row.calls) },
        count("inbound", true),
        count("outbound", true),
        count("answered", false),
        count("abandoned", false),
        { id: "wait", label: t("reports.waitAvg"), align: "end", isMinor: true, cell: (row) => (row.wait_ms_avg === null ? "–" : f.span(row.wait_ms_avg)) },
        { id: "talk", label: t("reports.talkSum"), align: "end", isMinor: true, cell: (row) => f.span(row.talk_ms_sum) },
        count("contained", true),
        { id: "handed", label: t("reports.handedOver"), align: "end", isMinor: true, cell: (row) => f.number(row.handed_over) },
        count("positive", true),
        count("neutral", true),
        count("negative", true),
      ]}
    />
  );
}
