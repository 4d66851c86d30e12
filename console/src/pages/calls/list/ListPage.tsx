import { infiniteQueryOptions, keepPreviousData, useInfiniteQuery, useQueryClient } from "@tanstack/react-query";
import { AudioLines, SearchX } from "lucide-react";
import { useCallback, useEffect, useMemo, useRef, useState } from "react";
import { useSearchParams } from "react-router";
import { send } from "../../../api/client";
import { useLive } from "../../../api/live";
import type { List } from "../../../api/query";
import { Button, Empty, Page, Panel, Table } from "../../../ui";
import { useMay } from "../../../shell/session";
import { filterNames, filtersOf, queryOf, withFilter, type Filters } from "../model/filters";
import type { Call } from "../model/types";
import { useCallsText } from "../shared";
import { useColumns } from "./columns";
import { FilterBar } from "./FilterBar";
import styles from "./ListPage.module.css";

const PAGE = 50;
/** Events come in bursts: the list is read anew once after each. */
const SETTLE_MS = 700;

/** How the server is asked for the list, page by page. */
export function callsQuery(filters: Filters, today: string) {
  const query = { ...queryOf(filters, new Date(today)), limit: PAGE };
  return infiniteQueryOptions({
    queryKey: ["/v1/calls", query],
    queryFn: ({ pageParam, signal }) => send<List<Call>>("GET", "/v1/calls", { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
  });
}

/** Calls, newest first. */
export function ListPage() {
  const t = useCallsText();
  const may = useMay();
  const [search, setSearch] = useSearchParams();
  const filters = useMemo(() => filtersOf(search), [search]);
  const today = new Date().toDateString();
  const query = useMemo(() => callsQuery(filters, today), [filters, today]);
  const calls = useInfiniteQuery({ ...query, placeholderData: keepPreviousData });
  const rows = useMemo(() => calls.data?.pages.flatMap((page) => page.data) ?? [], [calls.data]);
  const fresh = useFresh(rows, calls.data?.pages.length ?? 0, may("live:read"));
  const columns = useColumns(rows);
  const change = (changes: Filters) => setSearch((now) => withFilter(now, changes), { replace: true });
  const reset = () =>
    setSearch((now) => withFilter(now, Object.fromEntries(filterNames.map((name) => [name, undefined]))));
  const isFiltered = Object.keys(filters).length > 0;
  const none = isFiltered ? (
    <Empty icon={SearchX} title={t("calls.none")} action={<Button onPress={reset}>{t("calls.reset")}</Button>}>
      {t("calls.none.text")}
    </Empty>
  ) : (
    <Empty icon={AudioLines} title={t("calls.empty")}>
      {t("calls.empty.text")}
    </Empty>
  );
  return (
    <Page title={t("calls.title")}>
      <FilterBar filters={filters} onChange={change} onReset={reset} />
      {fresh.count > 0 && (
        <Button variant="secondary" className={styles.fresh} onPress={fresh.show}>
          {t("calls.new", { count: fresh.count })}
        </Button>
      )}
      <Panel flush className={calls.isPlaceholderData ? styles.stale : undefined}>
        <Table
          label={t("calls.list")}
          columns={columns}
          rows={rows}
          rowKey={(call) => call.id}
          href={(call) => `/calls/${call.id}`}
          rowClass={(call) => (call.state === "ended" ? undefined : styles.running)}
          isLoading={calls.isPending}
          error={calls.error}
          onRetry={() => void calls.refetch()}
          empty={none}
          hasMore={calls.hasNextPage}
          isLoadingMore={calls.isFetchingNextPage}
          onMore={() => void calls.fetchNextPage()}
        />
      </Panel>
    </Page>
  );
}

/**
 * Keeps the list true while calls run. Whoever is on the first page sees it at once; whoever has gone further down is
 * told, so that nothing moves under them.
 */
function useFresh(rows: Call[], pages: number, isEnabled: boolean): { count: number; show: () => void } {
  const client = useQueryClient();
  const [unseen, setUnseen] = useState<ReadonlySet<string>>(new Set());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const known = useRef({ rows, pages });
  useEffect(() => {
    known.current = { rows, pages };
  });
  useEffect(() => () => clearTimeout(timer.current), []);
  const show = useCallback(() => {
    setUnseen(new Set());
    window.scrollTo({ top: 0 });
    void client.resetQueries({ queryKey: ["/v1/calls"] });
  }, [client]);
  useLive((message) => {
    if (message.type !== "state" && message.type !== "missed") return;
    const { rows: shown, pages: many } = known.current;
    const isKnown = message.call !== undefined && shown.some(({ id }) => id === message.call);
    if (many > 1 && !isKnown) {
      const { call } = message;
      if (call) setUnseen((all) => new Set(all).add(call));
      return;
    }
    clearTimeout(timer.current);
    timer.current = setTimeout(() => void client.invalidateQueries({ queryKey: ["/v1/calls"] }), SETTLE_MS);
  }, isEnabled);
  return { count: unseen.size, show };
}
