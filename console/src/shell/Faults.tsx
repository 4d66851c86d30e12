import { Compass, ShieldX, Unplug, Wrench } from "lucide-react";
import { useEffect } from "react";
import { Button, LinkButton } from "../ui/Button";
import { Empty } from "../ui/Empty";
import { Spinner } from "../ui/Spinner";
import { useErrorText, useUiText } from "../ui/texts";
import { useText } from "../text/useText";
import styles from "./Faults.module.css";
import { shellTexts } from "./texts";

/** A page of its own title with nothing but a word on it. */
function Bare({ title, children }: { title: string; children: React.ReactNode }) {
  useEffect(() => {
    document.title = `${title} · Callwright`;
  }, [title]);
  return (
    <div className={styles.bare}>
      <h1 tabIndex={-1} data-page-heading className="visually-hidden">
        {title}
      </h1>
      {children}
    </div>
  );
}

/** No page is at this address. */
export function NotFound() {
  const t = useText(shellTexts);
  return (
    <Bare title={t("shell.not_found")}>
      <Empty icon={Compass} title={t("shell.not_found")} action={<LinkButton to="/">{t("shell.to_start")}</LinkButton>}>
        {t("shell.not_found.text")}
      </Empty>
    </Bare>
  );
}

/** The person may not see this page. */
export function Forbidden() {
  const t = useText(shellTexts);
  return (
    <Bare title={t("shell.forbidden")}>
      <Empty icon={ShieldX} title={t("shell.forbidden")} action={<LinkButton to="/">{t("shell.to_start")}</LinkButton>}>
        {t("shell.forbidden.text")}
      </Empty>
    </Bare>
  );
}

/** A page failed: the others go on. */
export function PageCrash() {
  const t = useText(shellTexts);
  return (
    <Bare title={t("shell.crash")}>
      <Empty
        icon={Wrench}
        title={t("shell.crash")}
        action={<Button onPress={() => location.reload()}>{t("shell.reload")}</Button>}
      >
        {t("shell.crash.text")}
      </Empty>
    </Bare>
  );
}

/** Before it is known who is there. */
export function Splash() {
  const t = useUiText();
  return (
    <main className={styles.whole} aria-busy="true">
      <div role="status" className={styles.splash}>
        <Spinner size={26} />
        <span className="visually-hidden">{t("ui.loading")}</span>
      </div>
    </main>
  );
}

/** Not even that could be found out. */
export function Unreachable({ error, onRetry }: { error: Error; onRetry: () => void }) {
  const [t, ui, explain] = [useText(shellTexts), useUiText(), useErrorText()];
  return (
    <main className={styles.whole}>
      <Bare title={t("shell.unreachable")}>
        <Empty icon={Unplug} title={t("shell.unreachable")} action={<Button onPress={onRetry}>{ui("ui.retry")}</Button>}>
          {explain(error)}
        </Empty>
      </Bare>
    </main>
  );
}
