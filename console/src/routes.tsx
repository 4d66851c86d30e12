import { createBrowserRouter, type RouteObject } from "react-router";
import { areas, loaderOf, type Area } from "./shell/areas";
import { Frame } from "./shell/Frame";
import { NotFound, PageCrash } from "./shell/Faults";
import { Guard } from "./shell/Guard";
import { Start } from "./shell/Start";

/** One line an area: its folder under `pages/` is fetched when it is first opened. */
function route(area: Area): RouteObject {
  const load = loaderOf(area.name);
  return {
    path: area.path === "/" ? "/" : `${area.path}/*`,
    errorElement: <PageCrash />,
    lazy: async () => {
      const page = await load?.();
      page?.prefetch?.(location);
      const Area = page?.default ?? NotFound;
      return {
        element: (
          <Guard scopes={area.scopes}>
            <Area />
          </Guard>
        ),
      };
    },
  };
}

const home: RouteObject[] = areas.some(({ name }) => name === "home") ? [] : [{ path: "/", element: <Start /> }];

export const router = createBrowserRouter([
  {
    element: <Frame />,
    errorElement: <PageCrash />,
    children: [...home, ...areas.map(route), { path: "*", element: <NotFound /> }],
  },
]);
