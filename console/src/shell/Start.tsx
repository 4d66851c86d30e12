import { Navigate } from "react-router";
import { areas } from "./areas";
import { NotFound } from "./Faults";
import { useMay } from "./session";

/** Where there is no home page: the first area that the person may see. */
export function Start() {
  const may = useMay();
  const first = areas.find((area) => may(...area.scopes));
  return first ? <Navigate to={first.path} replace /> : <NotFound />;
}
