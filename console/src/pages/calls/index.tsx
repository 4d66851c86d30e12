import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";
import { Loading } from "../../ui";
import { ListPage } from "./list/ListPage";

// The list is there at once; the player and its parts come with the first call that is opened.
const CallPage = lazy(() => import("./call/CallPage"));

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
