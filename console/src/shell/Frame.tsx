import { Menu as MenuIcon, Search as SearchIcon, WifiOff } from "lucide-react";
import { lazy, Suspense, useState, useSyncExternalStore } from "react";
import { Button as AriaButton, Dialog, Modal, ModalOverlay } from "react-aria-components";
import { Link, Outlet, ScrollRestoration, useNavigate, useNavigation } from "react-router";
import { IconButton } from "../ui/Button";
import { useShortcuts } from "../ui/shortcuts";
import { useText } from "../text/useText";
import { Account } from "./Account";
import { areas } from "./areas";
import styles from "./Frame.module.css";
import { Guard } from "./Guard";
import { Help } from "./Help";
import { Logo } from "./Logo";
import { Navigation } from "./Navigation";
import { useLanguageOfPerson } from "./preferences";
import { Search } from "./Search";
import { useMay, useSession } from "./session";
import { SignInAgain } from "./SignIn";
import { shellTexts } from "./texts";
import { useHeadingFocus } from "./useHeadingFocus";
import { useSettled } from "./useSettled";

/** What the browser's phone shows on every page. */
const docks = import.meta.glob<{ default: React.ComponentType }>("../pages/phone/Dock.tsx");
const loadDock = docks["../pages/phone/Dock.tsx"];
const Dock = loadDock && lazy(loadDock);
/** The calls in which one takes part, on every page. */
const Supervised = lazy(() => import("../pages/live/Supervised"));

function useOnline(): boolean {
  return useSyncExternalStore(
    (changed) => {
      addEventListener("online", changed);
      addEventListener("offline", changed);
      return () => {
        removeEventListener("online", changed);
        removeEventListener("offline", changed);
      };
    },
    () => navigator.onLine,
  );
}

/** What stands around every page. */
export function Frame() {
  const t = useText(shellTexts);
  const { user, isExpired } = useSession();
  const may = useMay();
  const navigate = useNavigate();
  const navigation = useNavigation();
  const isOnline = useOnline();
  const isSettled = useSettled();
  const [isMenuOpen, setMenuOpen] = useState(false);
  const [isSearchOpen, setSearchOpen] = useState(false);
  const [isHelpOpen, setHelpOpen] = useState(false);
  useLanguageOfPerson(user.language);
  useHeadingFocus();
  const go = areas
    .filter((area) => area.key && may(...area.scopes))
    .map((area) => ({
      keys: `g ${area.key}`,
      does: t("shell.help.go", { area: t(area.title) }),
      run: () => void navigate(area.path),
    }));
  useShortcuts([
    { keys: "/", does: t("shell.search"), run: () => setSearchOpen(true) },
    { keys: "?", does: t("shell.help"), run: () => setHelpOpen(true) },
    ...go,
  ]);
  return (
    <div className={styles.frame}>
      <a href="#content" className={styles.skip}>
        {t("shell.skip")}
      </a>
      {navigation.state !== "idle" && <div className={styles.progress} aria-hidden />}
      <header className={styles.side}>
        <Link to="/" className={styles.brand}>
          <Logo />
          Callwright
        </Link>
        <SearchButton onPress={() => setSearchOpen(true)} />
        <Navigation />
        <Account onHelp={() => setHelpOpen(true)} />
      </header>
      <header className={styles.top}>
        <IconButton label={t("shell.open_menu")} icon={MenuIcon} onPress={() => setMenuOpen(true)} />
        <Link to="/" className={styles.brand}>
          <Logo />
          Callwright
        </Link>
        <IconButton label={t("shell.search")} icon={SearchIcon} onPress={() => setSearchOpen(true)} />
      </header>
      <main id="content" tabIndex={-1} className={styles.main}>
        {!isOnline && (
          <p className={styles.offline} role="status">
            <WifiOff size={16} aria-hidden />
            {t("shell.offline")}
          </p>
        )}
        {isSettled && (
          <Guard scopes={["live:supervise"]} instead={null}>
            <Suspense>
              <Supervised />
            </Suspense>
          </Guard>
        )}
        <Outlet />
      </main>
      {Dock && isSettled && (
        <Guard scopes={["phone:use"]} instead={null}>
          <Suspense>
            <Dock />
          </Suspense>
        </Guard>
      )}
      <ModalOverlay isOpen={isMenuOpen} onOpenChange={setMenuOpen} isDismissable className={styles.drawerBack ?? ""}>
        <Modal className={styles.drawer ?? ""}>
          <Dialog aria-label={t("shell.navigation")} className={styles.drawerIn ?? ""}>
            <Navigation onGo={() => setMenuOpen(false)} />
            <Account onHelp={() => setHelpOpen(true)} />
          </Dialog>
        </Modal>
      </ModalOverlay>
      <Search isOpen={isSearchOpen} onClose={() => setSearchOpen(false)} />
      <Help isOpen={isHelpOpen} onClose={() => setHelpOpen(false)} />
      {isExpired && <SignInAgain name={user.name} />}
      <ScrollRestoration />
    </div>
  );
}

function SearchButton({ onPress }: { onPress: () => void }) {
  const t = useText(shellTexts);
  return (
    <AriaButton onPress={onPress} className={styles.searchButton ?? ""}>
      <SearchIcon size={15} aria-hidden />
      <span>{t("shell.search")}</span>
      <kbd aria-hidden>/</kbd>
    </AriaButton>
  );
}
