import { createServer, get } from "node:http";
import { hostname } from "node:os";
import { type App, requestListener } from "./app";
import { mongoStore } from "./store";

const PORT = Number(process.env["PORT"] ?? 8080);
const STORE_URL = process.env["STORE_URL"] ?? "mongodb://127.0.0.1:27017/guestbook";
/** Until the ingress has heard that this replica leaves, requests still come. */
const DRAIN_MS = Number(process.env["DRAIN_MS"] ?? 3000);
/** Connections that are still busy then are cut. */
const CLOSE_MS = 5000;

function log(message: string): void {
  console.log(`${new Date().toISOString()} ${message}`);
}

function serve(): void {
  const app: App = { store: mongoStore(STORE_URL), servedBy: hostname(), draining: false, log };
  const server = createServer(
    { requestTimeout: 15_000, headersTimeout: 10_000, keepAliveTimeout: 65_000 },
    requestListener(app),
  );
  server.listen(PORT, () => log(`listening on port ${PORT}`));
  const stop = async (signal: string): Promise<void> => {
    if (app.draining) return;
    app.draining = true;
    log(`${signal}: draining`);
    await new Promise((resolve) => setTimeout(resolve, DRAIN_MS));
    setTimeout(() => server.closeAllConnections(), CLOSE_MS).unref();
    await new Promise((resolve) => {
      server.close(resolve);
      server.closeIdleConnections();
    });
    await app.store.close();
    log("done");
    process.exit(0);
  };
  for (const signal of ["SIGTERM", "SIGINT"]) process.on(signal, () => void stop(signal));
}

/** For the container's health check, which has no other program at hand than this one. */
function check(): void {
  const request = get({ host: "127.0.0.1", port: PORT, path: "/healthz", timeout: 2000 }, (response) => {
    process.exit(response.statusCode === 200 ? 0 : 1);
  });
  request.on("timeout", () => request.destroy(new Error("no answer")));
  request.on("error", () => process.exit(1));
}

if (process.argv[2] === "check") check();
else serve();
