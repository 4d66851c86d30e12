import { useState } from "react";

import { useRows } from "../../api/query";
import { useMay } from "../../shell/session";
import { knowledgeTexts } from "../../text/knowledge";
import { useText } from "../../text/useText";
import { Page, Tabs } from "../../ui";
import { AddActions } from "./Add";
import { Gaps } from "./Gaps";
import { Sources } from "./Sources";

export default function Knowledge() {
  const t = useText(knowledgeTexts);
  const may = useMay();
  const [tab, setTab] = useState("documents");
  const open = useRows<unknown>("/v1/knowledge-gaps", { state: "open", limit: 200 });
  return (
    <Page title={t("knowledge.title")} subtitle={t("knowledge.about")} actions={may("knowledge:write") && <AddActions />}>
      <Tabs
        label={t("knowledge.title")}
        selected={tab}
        onSelect={setTab}
        items={[
          { id: "documents", label: t("knowledge.documents"), content: <Sources /> },
          { id: "gaps", label: t("knowledge.gaps"), badge: open.rows.length || undefined, content: <Gaps /> },
        ]}
      />
    </Page>
  );
}
