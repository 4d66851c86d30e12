import { QueryClient, useInfiniteQuery } from "@tanstack/react-query";
import { ApiError } from "./problem";
import { send, type Query } from "./client";

/** One page of a list on the wire. */
export interface List<T> {
  data: T[];
  next?: string | null;
}

/** A list that is read page by page. */
export interface Rows<T> {
  rows: T[];
  isLoading: boolean;
  error: Error | null;
  retry: () => void;
  /** There are more pages. */
  hasMore: boolean;
  isLoadingMore: boolean;
  more: () => void;
}

/** What the server was asked, and its answers. */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 10_000,
      // What the server refuses it refuses again.
      retry: (failures, error) => failures < 2 && error instanceof ApiError && (error.isOffline || error.status >= 502),
    },
  },
});

/** The pages of a list, by its cursor. `path` and `query` make its key. */
export function useRows<T>(path: string, query: Query = {}, options: { enabled?: boolean; refetchMs?: number } = {}): Rows<T> {
  const pages = useInfiniteQuery({
    queryKey: [path, query],
    queryFn: ({ pageParam, signal }) => send<List<T>>("GET", path, { query: { ...query, cursor: pageParam }, signal }),
    initialPageParam: null as string | null,
    getNextPageParam: (page) => page.next ?? null,
    enabled: options.enabled ?? true,
    refetchInterval: options.refetchMs ?? false,
  });
  return {
    rows: pages.data?.pages.flatMap((page) => page.data) ?? [],
    isLoading: pages.isPending && pages.fetchStatus !== "idle",
    error: pages.error,
    retry: () => void pages.refetch(),
    hasMore: pages.hasNextPage,
    isLoadingMore: pages.isFetchingNextPage,
    more: () => void pages.fetchNextPage(),
  };
}
