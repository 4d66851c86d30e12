import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/query";
import "./ui/base.css";
import { App } from "./shell/App";
import { sessionQuery } from "./shell/session";
import { isWelcome } from "./shell/Welcome";

// Every page waits for it: it is asked for before anything is drawn.
if (!isWelcome()) void queryClient.prefetchQuery(sessionQuery);

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <App />
    </StrictMode>,
  );
}
