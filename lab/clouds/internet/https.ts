/** Everything that speaks HTTPS on the lab's internet, told apart by the name that was asked for. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { messageOf } from "../../../tools/errors";
import type { Api } from "./api";
import { issueLeaf, type Pair } from "./ca";
import type { Challenges } from "./challenges";
import type { Credentials } from "./credentials";
import { digitalocean } from "./digitalocean";
import type { Registry, Settings } from "./folder";
import { forward } from "./forward";
import { ACME, DIGITALOCEAN, ROUTE53, SERVICES } from "./names";
import { PEBBLE_DIRECTORY, PEBBLE_NAME } from "./pebble";
import { route53 } from "./route53";

const APIS: Record<string, Api> = {
  [ROUTE53]: route53,
  [DIGITALOCEAN]: digitalocean,
};

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Serves until the process ends. Runs in the folder. */
export async function serveHttps(settings: Settings, ca: Pair, records: Challenges, credentials: Credentials) {
  const { certificate: cert, key } = await issueLeaf(ca, SERVICES);
  const handlers = new Map<string, Handler>([
    [ACME, toPebble(settings, ca.certificate)],
    ...settings.registries.map((registry): [string, Handler] => [registry.host, toRegistry(registry)]),
    ...Object.entries(APIS).map(([host, api]): [string, Handler] => [host, toApi(api, records, credentials)]),
  ]);
  const server = createServer({ cert, key }, (request, response) => {
    const host = (request.headers.host ?? "").replace(/:\d+$/, "").toLowerCase();
    const handler = handlers.get(host);
    if (handler === undefined) response.writeHead(421).end(`the lab's internet has no ${host}\n`);
    else handler(request, response);
  });
  const { address, port } = settings.services;
  await new Promise<void>((resolve, reject) => server.once("error", reject).listen(port, address, resolve));
}

function toApi(api: Api, records: Challenges, credentials: Credentials): Handler {
  const answer = async ({ method = "GET", url = "/", headers }: IncomingMessage, body: string) => {
    const { pathname: path, searchParams: query } = new URL(url, "https://lab");
    return api({ method, path, query, authorization: headers.authorization ?? "", body }, records, credentials);
  };
  return (request, response) => {
    text(request)
      .then((body) => answer(request, body))
      .then(
        ({ status, type, body }) => response.writeHead(status, { "content-type": type }).end(body),
        (error) => response.writeHead(400, { "content-type": "text/plain" }).end(`${messageOf(error)}\n`),
      );
  };
}

/** Its addresses name the host that was asked, so only the directory's own is another than Let's Encrypt's. */
function toPebble({ pebble }: Settings, ca: string): Handler {
  const upstream = { host: "127.0.0.1", port: pebble.port, servername: PEBBLE_NAME, ca };
  return (request, response) => {
    const { url = "/" } = request;
    forward(request, response, upstream, url === "/directory" ? PEBBLE_DIRECTORY : url);
  };
}

/** Reading only, and without a log-in: an engine that is not asked to log in does not. */
function toRegistry({ socket: socketPath, prefix }: Registry): Handler {
  return (request, response) => {
    const { method = "", url = "/" } = request;
    if (method !== "GET" && method !== "HEAD") response.writeHead(405).end("the lab's registries are for reading\n");
    else forward(request, response, { socketPath }, url.replace(/^\/v2\/(?=[^?])/, `/v2/${prefix}`));
  };
}
