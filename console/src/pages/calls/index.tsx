import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { Loading } from "../../ui";
import { queryClient } from "../../api/query";
import { callsQuery, ListPage } from "./list/ListPage";
import { filtersOf } from "./model/filters";

// The list is there at once; the player and its parts come with the first call that is opened.
const CallPage = lazy(() => import("./call/CallPage"));

export function prefetch({ pathname, search }: Location): void {
  if (pathname !== "/calls") return;
  const filters = filtersOf(new URLSearchParams(search));
  void queryClient.prefetchInfiniteQuery(callsQuery(filters, new Date().toDateString()));
}

export default function Calls() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<ListPage />} />
        <Route path=":id" element={<CallPage />} />
      </Routes>
    </Suspense>
  );
}
