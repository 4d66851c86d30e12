import type { ReactNode } from "react";
import type { Scope } from "../api/types";
import { Forbidden } from "./Faults";
import { useMay } from "./session";

interface GuardProps {
  /** One of these is enough; none is needed where there are none. */
  scopes: Scope[];
  /** Shown instead; a page that says so where it is not given. */
  instead?: ReactNode;
  children: ReactNode;
}

/** Shows what is in it to those who may see it. */
export function Guard({ scopes, instead, children }: GuardProps) {
  const may = useMay();
  if (may(...scopes)) return children;
  // Nothing at all may be meant.
  return instead === undefined ? <Forbidden /> : instead;
}
