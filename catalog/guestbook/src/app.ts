import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { type Entry, readDraft } from "./entries";
import { contentType, HttpError, isForeign, readBody, send, sendJson } from "./http";
import { AWAY, renderPage } from "./page";
import { type Store, StoreAway } from "./store";

/** Newest entries shown. */
const SHOWN = 50;

/** What the program is made of; `draining` becomes true when it is about to end. */
export interface App {
  store: Store;
  servedBy: string;
  draining: boolean;
  log: (message: string) => void;
}

type Handler = (app: App, request: IncomingMessage, response: ServerResponse) => Promise<void>;

const ROUTES: Readonly<Record<string, Readonly<Record<string, Handler>>>> = {
  "/": { GET: showPage, POST: signByForm },
  "/api/entries": { GET: listEntries, POST: addEntry },
  "/healthz": { GET: health },
};

/** Answers requests; whatever goes wrong in one, it ends with an answer and the program goes on. */
export function requestListener(app: App): RequestListener {
  return (request, response) => {
    // Soon to end: the ingress is to come back on another connection, to another replica.
    if (app.draining) response.setHeader("connection", "close");
    answer(app, request, response).catch((error: unknown) => {
      if (response.headersSent) return void response.destroy();
      if (error instanceof StoreAway) {
        app.log(`store: ${error.message}`);
        return sendJson(response, 503, { error: AWAY, servedBy: app.servedBy }, { "retry-after": "2" });
      }
      if (error instanceof HttpError)
        return sendJson(
          response,
          error.status,
          { error: error.message, servedBy: app.servedBy },
          { connection: "close" },
        );
      app.log(error instanceof Error ? (error.stack ?? error.message) : String(error));
      sendJson(response, 500, { error: "something went wrong here", servedBy: app.servedBy });
    });
  };
}

async function answer(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const methods = ROUTES[(request.url ?? "").split("?")[0] ?? ""];
  if (methods === undefined) throw new HttpError(404, "there is no such page");
  const handler = methods[request.method === "HEAD" ? "GET" : (request.method ?? "")];
  if (handler !== undefined) return handler(app, request, response);
  sendJson(
    response,
    405,
    { error: "that cannot be done here", servedBy: app.servedBy },
    { allow: Object.keys(methods).join(", ") },
  );
}

/** Of this program alone: a dead store is no reason to restart the page. */
async function health(app: App, _request: IncomingMessage, response: ServerResponse): Promise<void> {
  send(response, app.draining ? 503 : 200, "text/plain", app.draining ? "draining\n" : "ok\n");
}

async function showPage(app: App, _request: IncomingMessage, response: ServerResponse): Promise<void> {
  send(response, 200, "text/html", renderPage({ entries: await entriesIfThere(app), servedBy: app.servedBy }));
}

async function entriesIfThere(app: App): Promise<Entry[] | undefined> {
  try {
    return await app.store.list(SHOWN);
  } catch (error) {
    if (!(error instanceof StoreAway)) throw error;
    app.log(`store: ${error.message}`);
    return undefined;
  }
}

/** For browsers without script. */
async function signByForm(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (isForeign(request)) throw new HttpError(403, "entries are written on this page only");
  if (contentType(request) !== "application/x-www-form-urlencoded") throw new HttpError(415, "send a form");
  const draft = readDraft(Object.fromEntries(new URLSearchParams(await readBody(request))));
  if (typeof draft !== "string") {
    try {
      await app.store.add(draft);
      return send(response, 303, "text/plain", "", { location: "/" });
    } catch (error) {
      if (!(error instanceof StoreAway)) throw error;
      return send(
        response,
        503,
        "text/html",
        renderPage({ entries: undefined, servedBy: app.servedBy, problem: AWAY }),
      );
    }
  }
  send(
    response,
    400,
    "text/html",
    renderPage({ entries: await entriesIfThere(app), servedBy: app.servedBy, problem: draft }),
  );
}

async function listEntries(app: App, _request: IncomingMessage, response: ServerResponse): Promise<void> {
  sendJson(response, 200, { entries: await app.store.list(SHOWN), servedBy: app.servedBy });
}

async function addEntry(app: App, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (isForeign(request)) throw new HttpError(403, "entries are written on this page only");
  if (contentType(request) !== "application/json")
    throw new HttpError(415, "send JSON, with content-type application/json");
  const draft = readDraft(parseJson(await readBody(request)));
  if (typeof draft === "string") throw new HttpError(400, draft);
  sendJson(response, 201, { entry: await app.store.add(draft), servedBy: app.servedBy });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new HttpError(400, "that is no JSON");
  }
}
