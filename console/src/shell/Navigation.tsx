import { NavLink } from "react-router";
import { useText } from "../text/useText";
import { areas, groups } from "./areas";
import styles from "./Navigation.module.css";
import { useMay } from "./session";
import { shellTexts } from "./texts";

/** The areas that the person may see. */
export function Navigation({ onGo }: { onGo?: () => void }) {
  const t = useText(shellTexts);
  const may = useMay();
  return (
    <nav aria-label={t("shell.navigation")} className={styles.navigation}>
      {groups.map((group) => {
        const open = areas.filter((area) => area.group === group.id && may(...area.scopes));
        if (open.length === 0) return null;
        return (
          <div key={group.id} className={styles.group}>
            <h2 id={`nav-${group.id}`} className={styles.heading}>
              {t(group.title)}
            </h2>
            <ul aria-labelledby={`nav-${group.id}`}>
              {open.map(({ name, path, title, icon: Icon }) => (
                <li key={name}>
                  <NavLink to={path} end={path === "/"} onClick={onGo} className={styles.link}>
                    <Icon size={17} aria-hidden />
                    {t(title)}
                  </NavLink>
                </li>
              ))}
            </ul>
          </div>
        );
      })}
    </nav>
  );
}
