import { Link } from "react-router";
import { phone } from "./format";
import { useMay } from "../shell/session";
import styles from "./PhoneNumber.module.css";

interface PhoneNumberProps {
  /** E.164, or an address; null where it was withheld. */
  number: string | null | undefined;
  /** Shown where there is none. */
  fallback?: string;
}

/** A number that is called by a click, where one may. */
export function PhoneNumber({ number, fallback = "–" }: PhoneNumberProps) {
  const may = useMay();
  if (!number) return <>{fallback}</>;
  const text = phone(number);
  if (!may("phone:use")) return <span className="numbers">{text}</span>;
  return (
    <Link to={`/phone?call=${encodeURIComponent(number)}`} className={`${styles.number} numbers`}>
      {text}
    </Link>
  );
}
