import { useEffect, useRef, type KeyboardEvent, type MouseEvent, type ReactNode } from "react";
import { Link, useNavigate, type To } from "react-router";
import { Button } from "./Button";
import { Empty, ErrorNote } from "./Empty";
import { Skeleton } from "./Spinner";
import styles from "./Table.module.css";
import { cx } from "./cx";
import { useUiText } from "./texts";

export interface Column<T> {
  id: string;
  label: string;
  /** The label is only for those who cannot see. */
  isLabelHidden?: boolean;
  cell: (row: T) => ReactNode;
  /** `end` for numbers. */
  align?: "start" | "end";
  /** CSS width. */
  width?: string;
  /** Left out where there is little room. */
  isMinor?: boolean;
}

interface TableProps<T> {
  /** What is in it, for those who cannot see. */
  label: string;
  columns: Column<T>[];
  rows: T[];
  rowKey: (row: T) => string;
  /** Where a row leads: its first cell becomes the link, and the whole row can be clicked. `j`, `k` and Enter work. */
  href?: (row: T) => To;
  /** Or what happens when it is opened. */
  onOpen?: (row: T) => void;
  isLoading?: boolean;
  error?: unknown;
  onRetry?: () => void;
  /** Shown where there are no rows. */
  empty?: ReactNode;
  /** There are more rows: they come as one scrolls to the end. */
  hasMore?: boolean;
  isLoadingMore?: boolean;
  onMore?: () => void;
  /** A class of a row, such as one that is running. */
  rowClass?: (row: T) => string | undefined;
}

/** Rows of things of one kind, with all that a list needs: loading, empty, error, more, and the keyboard. */
export function Table<T>(props: TableProps<T>) {
  const { label, columns, rows, rowKey, isLoading, error, onRetry, empty } = props;
  const t = useUiText();
  const body = useRef<HTMLTableSectionElement>(null);
  useRowKeys(body);
  if (error && rows.length === 0) {
    return (
      <div className={styles.state}>
        <ErrorNote error={error} onRetry={onRetry} />
      </div>
    );
  }
  if (isLoading && rows.length === 0) {
    return <Skeleton className={styles.state} lines={["92%", "78%", "88%", "70%", "84%", "74%", "90%", "66%"]} />;
  }
  if (rows.length === 0) return empty ?? <Empty title="–" />;
  // Where nothing in it takes the focus, the keyboard must reach it to scroll it.
  const isStill = props.href === undefined && props.onOpen === undefined;
  return (
    <div className={styles.scroll} {...(isStill && { tabIndex: 0, role: "region", "aria-label": label })}>
      <table className={styles.table} aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th
                key={column.id}
                scope="col"
                style={{ width: column.width }}
                className={cx(column.align === "end" && styles.end, column.isMinor && styles.minor)}
              >
                <span className={column.isLabelHidden ? "visually-hidden" : undefined}>{column.label}</span>
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body}>
          {rows.map((row) => (
            <Row key={rowKey(row)} row={row} {...props} />
          ))}
        </tbody>
      </table>
      {Boolean(error) && <ErrorNote error={error} onRetry={onRetry} />}
      {props.hasMore && (
        <More isLoading={props.isLoadingMore} onMore={props.onMore}>
          {t("ui.more")}
        </More>
      )}
    </div>
  );
}

function Row<T>({ row, columns, href, onOpen, rowClass }: TableProps<T> & { row: T }) {
  const navigate = useNavigate();
  const to = href?.(row);
  const opens = to !== undefined || onOpen !== undefined;
  const open = (event: MouseEvent) => {
    // What is in the row works by itself, and words in it can be marked.
    const within = event.target instanceof Element && event.target.closest("a, button, input, label");
    if (within || !opens || getSelection()?.toString()) return;
    if (to !== undefined && (event.metaKey || event.ctrlKey)) return void window.open(String(to), "_blank", "noopener");
    if (to !== undefined) void navigate(to);
    else onOpen?.(row);
  };
  return (
    // The link or the button in its first cell is what the keyboard reaches.
    <tr onClick={opens ? open : undefined} className={cx(opens && styles.opens, rowClass?.(row))}>
      {columns.map((column, index) => (
        <td
          key={column.id}
          data-label={column.label}
          className={cx(
            index === 0 && styles.first,
            column.align === "end" && styles.end,
            column.isMinor && styles.minor,
          )}
        >
          {index > 0 || !opens ? (
            column.cell(row)
          ) : to !== undefined ? (
            <Link to={to} data-row className={styles.rowLink}>
              {column.cell(row)}
            </Link>
          ) : (
            <button type="button" data-row className={styles.rowLink} onClick={() => onOpen?.(row)}>
              {column.cell(row)}
            </button>
          )}
        </td>
      ))}
    </tr>
  );
}

interface MoreProps {
  isLoading?: boolean;
  onMore?: () => void;
  children: ReactNode;
}

/** The end of a list that goes on: more comes when it is reached, or when it is pressed. */
export function More({ isLoading, onMore, children }: MoreProps) {
  const place = useRef<HTMLDivElement>(null);
  const load = useRef(onMore);
  useEffect(() => {
    load.current = onMore;
  });
  useEffect(() => {
    const { current } = place;
    if (!current || isLoading) return;
    const watcher = new IntersectionObserver(
      (entries) => entries.some((entry) => entry.isIntersecting) && load.current?.(),
      { rootMargin: "600px" },
    );
    watcher.observe(current);
    return () => watcher.disconnect();
  }, [isLoading]);
  return (
    <div ref={place} className={styles.more}>
      <Button variant="quiet" isPending={isLoading} onPress={() => onMore?.()}>
        {children}
      </Button>
    </div>
  );
}

/** `j` and `k` go from row to row; Enter is the link's own. */
function useRowKeys(body: React.RefObject<HTMLTableSectionElement | null>): void {
  useEffect(() => {
    const onKey = (event: globalThis.KeyboardEvent) => {
      if (event.key !== "j" && event.key !== "k") return;
      if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      const rows = [...(body.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])];
      if (rows.length === 0 || document.querySelector("[role=dialog]")) return;
      const at = rows.findIndex((row) => row === document.activeElement);
      const next = rows[Math.max(0, Math.min(rows.length - 1, event.key === "j" ? at + 1 : Math.max(at, 1) - 1))];
      next?.focus();
      next?.scrollIntoView({ block: "nearest" });
      event.preventDefault();
    };
    document.addEventListener("keydown", onKey);
    return () => document.removeEventListener("keydown", onKey);
  }, [body]);
}

/** The key goes into a field. */
export function isTyping(event: globalThis.KeyboardEvent | KeyboardEvent): boolean {
  const { target } = event;
  return target instanceof HTMLElement && (target.isContentEditable || target.matches("input:not([type=checkbox], [type=radio]), textarea, select"));
}
