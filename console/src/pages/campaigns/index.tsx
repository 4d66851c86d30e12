import { Route, Routes } from "react-router";
import { CampaignPage } from "./CampaignPage";
import { ListPage } from "./ListPage";
import { NewPage } from "./NewPage";

/** Calls to many people. */
export default function Campaigns() {
  return (
    <Routes>
      <Route index element={<ListPage />} />
      <Route path="new" element={<NewPage />} />
      <Route path=":id" element={<CampaignPage />} />
    </Routes>
  );
}
