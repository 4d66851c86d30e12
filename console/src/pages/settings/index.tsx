import { NavLink, Navigate, Route, Routes } from "react-router";

import type { Scope } from "../../api/types";
import { useMay } from "../../shell/session";
import { settingsTexts } from "../../text/settings";
import { useText } from "../../text/useText";
import { Empty, Page } from "../../ui";
import { Account } from "./Account";
import { Audit } from "./Audit";
import { Business } from "./Business";
import { Keys } from "./Keys";
import { AllSessions } from "./Sessions";
import { Users } from "./Users";
import { Webhooks } from "./Webhooks";
import styles from "./settings.module.css";

const PARTS = [
  { id: "account", scope: undefined, element: <Account /> },
  { id: "business", scope: "settings:read", element: <Business /> },
  { id: "webhooks", scope: "settings:read", element: <Webhooks /> },
  { id: "users", scope: "users:read", element: <Users /> },
  { id: "sessions", scope: "users:read", element: <AllSessions /> },
  { id: "keys", scope: "keys:write", element: <Keys /> },
  { id: "audit", scope: "audit:read", element: <Audit /> },
] as const satisfies readonly { id: string; scope: Scope | undefined; element: React.ReactNode }[];

export default function Settings() {
  const t = useText(settingsTexts);
  const may = useMay();
  const shown = PARTS.filter(({ scope }) => scope === undefined || may(scope));
  return (
    <Page title={t("settings.title")}>
      <div className={styles.layout}>
        <nav aria-label={t("settings.parts")} className={styles.nav}>
          {shown.map(({ id }) => (
            <NavLink key={id} to={`/settings/${id}`} className={({ isActive }) => (isActive ? styles.here : undefined)}>
              {t(`settings.${id}`)}
            </NavLink>
          ))}
        </nav>
        <div className={styles.content}>
          <Routes>
            <Route index element={<Navigate to={may("settings:read") ? "business" : "account"} replace />} />
            {shown.map(({ id, element }) => (
              <Route key={id} path={id} element={element} />
            ))}
            <Route path="*" element={<Empty title={t("settings.noRight")} />} />
          </Routes>
        </div>
      </div>
    </Page>
  );
}
