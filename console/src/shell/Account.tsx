import { ChevronsUpDown, Keyboard, LogOut, UserCog } from "lucide-react";
import {
  Button as AriaButton,
  Header,
  Menu,
  MenuItem,
  MenuSection,
  MenuTrigger,
  Popover,
  type Selection,
} from "react-aria-components";
import { useToast } from "../ui/Toast";
import menu from "../ui/Menu.module.css";
import { languageNames, languages, type Language } from "../text/language";
import { useText } from "../text/useText";
import styles from "./Account.module.css";
import { areas } from "./areas";
import { usePreferences, type Theme } from "./preferences";
import { useSession } from "./session";
import { shellTexts } from "./texts";

const themes: Theme[] = ["system", "light", "dark"];
const only = (keys: Selection) => (keys === "all" ? undefined : [...keys][0]);

function initials(name: string): string {
  const words = name.split(/[\s._-]+/).filter(Boolean);
  return words.slice(0, 2).map((word) => [...word][0]?.toUpperCase()).join("");
}

/** Who is signed in, how it looks, and the way out. */
export function Account({ onHelp }: { onHelp: () => void }) {
  const t = useText(shellTexts);
  const toast = useToast();
  const { user, signOut } = useSession();
  const { theme, setTheme, language, setLanguage } = usePreferences();
  const name = user.display || user.name;
  const item = menu.item ?? "";
  return (
    <MenuTrigger>
      <AriaButton aria-label={`${t("shell.account")}: ${name}`} className={styles.button ?? ""}>
        <span className={styles.face} aria-hidden>
          {initials(name)}
        </span>
        <span className={styles.who}>
          <span className={styles.name}>{name}</span>
          <span className={styles.role}>{t(`shell.role.${user.role}`)}</span>
        </span>
        <ChevronsUpDown size={15} aria-hidden />
      </AriaButton>
      <Popover className={menu.popover ?? ""} placement="top start" offset={6}>
        <Menu aria-label={t("shell.account")} className={menu.menu ?? ""}>
          <MenuSection
            selectionMode="single"
            selectedKeys={[theme]}
            onSelectionChange={(keys) => setTheme((only(keys) as Theme | undefined) ?? theme)}
          >
            <Header className={styles.header}>{t("shell.theme")}</Header>
            {themes.map((id) => (
              <MenuItem key={id} id={id} className={item}>
                <Mark />
                {t(`shell.theme.${id}` as "shell.theme.light")}
              </MenuItem>
            ))}
          </MenuSection>
          <MenuSection
            selectionMode="single"
            selectedKeys={[language]}
            onSelectionChange={(keys) => setLanguage((only(keys) as Language | undefined) ?? language)}
          >
            <Header className={styles.header}>{t("shell.language")}</Header>
            {languages.map((id) => (
              <MenuItem key={id} id={id} className={item} textValue={languageNames[id]}>
                <Mark />
                <span lang={id}>{languageNames[id]}</span>
              </MenuItem>
            ))}
          </MenuSection>
          <MenuSection className={styles.last ?? ""} aria-label={t("shell.account")}>
            {areas.some(({ name: area }) => area === "settings") && (
              <MenuItem id="settings" href="/settings/account" className={item}>
                <UserCog size={15} aria-hidden />
                {t("shell.account")}
              </MenuItem>
            )}
            <MenuItem id="help" onAction={onHelp} className={item}>
              <Keyboard size={15} aria-hidden />
              {t("shell.help")}
            </MenuItem>
            <MenuItem id="out" onAction={() => void signOut().catch(toast.bad)} className={item}>
              <LogOut size={15} aria-hidden />
              {t("shell.sign_out")}
            </MenuItem>
          </MenuSection>
        </Menu>
      </Popover>
    </MenuTrigger>
  );
}

/** Before what can be chosen: a dot where it is. */
function Mark() {
  return <span className={styles.mark} aria-hidden />;
}
