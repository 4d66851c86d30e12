import { lazy, Suspense } from "react";
import { Route, Routes } from "react-router";

import { Loading } from "../../ui";
import { FlowList } from "./FlowList";

// The canvas is much; the list does not need it.
const Editor = lazy(() => import("./Editor"));

export default function Flows() {
  return (
    <Suspense fallback={<Loading />}>
      <Routes>
        <Route index element={<FlowList />} />
        <Route path=":name" element={<Editor />} />
      </Routes>
    </Suspense>
  );
}
