import { Route, Routes } from "react-router";

import { AgentEditor } from "./AgentEditor";
import { AgentList } from "./AgentList";

export default function Agents() {
  return (
    <Routes>
      <Route index element={<AgentList />} />
      <Route path=":name" element={<AgentEditor />} />
    </Routes>
  );
}
