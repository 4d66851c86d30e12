import type { LucideIcon } from "lucide-react";
import type { ReactNode } from "react";
import { Button as AriaButton, Tooltip, TooltipTrigger, type PressEvent } from "react-aria-components";
import { Link, type To } from "react-router";
import styles from "./Button.module.css";
import { cx } from "./cx";
import { Spinner } from "./Spinner";

export type ButtonVariant = "primary" | "secondary" | "quiet" | "danger";
export type ButtonSize = "small" | "medium" | "large";

interface Look {
  /** One `primary` a page at most. */
  variant?: ButtonVariant;
  size?: ButtonSize;
  icon?: LucideIcon;
}

interface ButtonProps extends Look {
  children: ReactNode;
  /** Its name, where what is shown does not say it. */
  label?: string;
  onPress?: (event: PressEvent) => void;
  type?: "button" | "submit";
  /** It works on it: shown, and pressed no second time. */
  isPending?: boolean;
  isDisabled?: boolean;
  /** A button that stays pressed. */
  isPressed?: boolean;
  autoFocus?: boolean;
  form?: string;
  className?: string;
}

function look({ variant = "secondary", size = "medium" }: Look, ...more: (string | undefined | false)[]): string {
  return cx(styles.button, styles[variant], styles[size], ...more);
}

const iconSize = (size: ButtonSize = "medium") => (size === "large" ? 18 : 16);

/** Does something. */
export function Button({ children, variant, size, icon: Icon, isPressed, className, label, ...rest }: ButtonProps) {
  return (
    <AriaButton
      {...rest}
      aria-label={label}
      aria-pressed={isPressed}
      className={look({ variant, size }, isPressed && styles.pressed, className)}
    >
      {rest.isPending ? <Spinner size={16} /> : Icon && <Icon size={iconSize(size)} aria-hidden />}
      <span>{children}</span>
    </AriaButton>
  );
}

interface IconButtonProps extends Look {
  /** What it does: its name for all, and its tip. */
  label: string;
  icon: LucideIcon;
  onPress?: (event: PressEvent) => void;
  isDisabled?: boolean;
  isPressed?: boolean;
  className?: string;
}

/** Does something that an icon says. */
export function IconButton({ label, icon: Icon, variant = "quiet", size, isPressed, className, ...rest }: IconButtonProps) {
  return (
    <TooltipTrigger delay={500}>
      <AriaButton
        {...rest}
        aria-label={label}
        aria-pressed={isPressed}
        className={look({ variant, size }, styles.only, isPressed && styles.pressed, className)}
      >
        <Icon size={iconSize(size)} aria-hidden />
      </AriaButton>
      <Tooltip offset={6} className={styles.tip ?? ""}>
        {label}
      </Tooltip>
    </TooltipTrigger>
  );
}

interface LinkButtonProps extends Look {
  children: ReactNode;
  to: To;
  className?: string;
}

/** Goes to a page of the console, and looks like a button. */
export function LinkButton({ children, to, variant, size, icon: Icon, className }: LinkButtonProps) {
  return (
    <Link to={to} className={look({ variant, size }, className)}>
      {Icon && <Icon size={iconSize(size)} aria-hidden />}
      <span>{children}</span>
    </Link>
  );
}

interface DownloadButtonProps extends Look {
  children: ReactNode;
  href: string;
  /** Name of the file. */
  download?: string;
}

/** Fetches a file of the server. */
export function DownloadButton({ children, href, download, variant, size, icon: Icon }: DownloadButtonProps) {
  return (
    <a href={href} download={download ?? true} className={look({ variant, size })}>
      {Icon && <Icon size={iconSize(size)} aria-hidden />}
      <span>{children}</span>
    </a>
  );
}
