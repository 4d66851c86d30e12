import { ArrowLeft } from "lucide-react";
import { useEffect, type ReactNode } from "react";
import { Link, type To } from "react-router";
import styles from "./Page.module.css";
import { cx } from "./cx";

interface PageProps {
  /** The page's heading, and its title in the window. */
  title: string;
  /** In the window's title instead, where the heading is not enough. */
  windowTitle?: string;
  /** Under the heading. */
  subtitle?: ReactNode;
  /** Beside the heading. */
  badges?: ReactNode;
  /** Buttons at its right. */
  actions?: ReactNode;
  /** The list that it came from. */
  back?: { to: To; label: string };
  /** `full`: the whole width and height, for a canvas. */
  width?: "normal" | "narrow" | "full";
  children: ReactNode;
}

/** A page: its heading (which gets the focus after navigation), its actions, and what is in it. */
export function Page({ title, windowTitle, subtitle, badges, actions, back, width = "normal", children }: PageProps) {
  useEffect(() => {
    document.title = `${windowTitle ?? title} · Callwright`;
  }, [title, windowTitle]);
  return (
    <div className={cx(styles.page, styles[width])}>
      <header className={styles.head}>
        <div className={styles.heading}>
          {back && (
            <Link to={back.to} className={styles.back}>
              <ArrowLeft size={14} aria-hidden />
              {back.label}
            </Link>
          )}
          <div className={styles.titles}>
            <h1 tabIndex={-1} data-page-heading className={styles.title}>
              {title}
            </h1>
            {badges}
          </div>
          {subtitle && <div className={styles.subtitle}>{subtitle}</div>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

interface PanelProps {
  title?: ReactNode;
  /** Beside the title. */
  actions?: ReactNode;
  /** Under the title: what it is for. */
  hint?: ReactNode;
  /** Its content reaches its borders: for tables. */
  flush?: boolean;
  /** Heading level of the title. */
  level?: 2 | 3;
  className?: string;
  children: ReactNode;
}

/** A part of a page, framed. */
export function Panel({ title, actions, hint, flush, level = 2, className, children }: PanelProps) {
  const Heading = `h${level}` as const;
  return (
    <section className={cx(styles.panel, className)}>
      {(title || actions) && (
        <header className={styles.panelHead}>
          <div>
            {title && <Heading className={styles.panelTitle}>{title}</Heading>}
            {hint && <p className={styles.hint}>{hint}</p>}
          </div>
          {actions && <div className={styles.actions}>{actions}</div>}
        </header>
      )}
      <div className={flush ? styles.flush : styles.body}>{children}</div>
    </section>
  );
}

interface FactsProps {
  items: { label: string; value: ReactNode }[];
  /** Labels above their values, in columns. */
  columns?: boolean;
}

/** Names and values. What has no value is left out. */
export function Facts({ items, columns }: FactsProps) {
  const known = items.filter(({ value }) => value !== null && value !== undefined && value !== "" && value !== false);
  return (
    <dl className={cx(styles.facts, columns && styles.columns)}>
      {known.map(({ label, value }) => (
        <div key={label} className={styles.fact}>
          <dt>{label}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}

interface ColumnsProps {
  children: ReactNode;
  /** The second column, narrower; below the first where there is no room. */
  aside: ReactNode;
}

/** A page in two columns. */
export function Columns({ children, aside }: ColumnsProps) {
  return (
    <div className={styles.twoColumns}>
      <div className={styles.column}>{children}</div>
      <aside className={styles.column}>{aside}</aside>
    </div>
  );
}
