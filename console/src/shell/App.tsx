import { QueryClientProvider } from "@tanstack/react-query";
import { useState } from "react";
import { RouterProvider as AriaRouter } from "react-aria-components";
import { RouterProvider } from "react-router";
import { queryClient } from "../api/query";
import { router } from "../routes";
import { ShortcutProvider } from "../ui/shortcuts";
import { ToastProvider } from "../ui/Toast";
import { Splash, Unreachable } from "./Faults";
import { PreferencesProvider } from "./preferences";
import { SessionProvider } from "./session";
import { SignIn } from "./SignIn";
import { isWelcome, Welcome } from "./Welcome";

/** Goes to a page of the console; what is the server's own is left to the browser. */
function go(path: string): void {
  if (path.startsWith("/v1/") || path.startsWith("/docs")) location.assign(path);
  else void router.navigate(path);
}

/** The whole console. */
export function App() {
  const [welcome, setWelcome] = useState(isWelcome);
  return (
    <QueryClientProvider client={queryClient}>
      <PreferencesProvider>
        <ShortcutProvider>
          <ToastProvider>
            <AriaRouter navigate={go}>
              {welcome ? (
                <Welcome onDone={() => setWelcome(false)} />
              ) : (
                <SessionProvider
                  waiting={<Splash />}
                  failed={(error, retry) => <Unreachable error={error} onRetry={retry} />}
                  signIn={<SignIn />}
                >
                  <RouterProvider router={router} />
                </SessionProvider>
              )}
            </AriaRouter>
          </ToastProvider>
        </ShortcutProvider>
      </PreferencesProvider>
    </QueryClientProvider>
  );
}
