import { Route, Routes } from "react-router";
import { ContactPage } from "./ContactPage";
import { DuplicatesPage } from "./DuplicatesPage";
import { ImportPage } from "./ImportPage";
import { ListPage } from "./ListPage";

/** The people whom the business knows. */
export default function Contacts() {
  return (
    <Routes>
      <Route index element={<ListPage />} />
      <Route path="import" element={<ImportPage />} />
      <Route path="duplicates" element={<DuplicatesPage />} />
      <Route path=":id" element={<ContactPage />} />
    </Routes>
  );
}
