import { Link } from "react-router";
import { callNumber } from "../pages/phone/call";
import { useMay } from "../shell/session";
import { phone } from "./format";
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
    <Link
      to={`/phone?call=${encodeURIComponent(number)}`}
      className={`${styles.number} numbers`}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey) return;
        event.preventDefault();
        void callNumber(number);
      }}
    >
      {text}
    </Link>
  );
}
