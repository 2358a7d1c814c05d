/** The lab's own protocol: JSON over HTTP, for plugins and commands. */
import { createServer, type IncomingMessage, type Server } from "node:http";
import { LabError } from "../plugins/shared/lab-socket";
import { command, obey } from "./commands";
import type { Lab, ResourceKey } from "./lab";
import { statusOf } from "./status";

/** Each takes what was sent and gives the answer; undefined is an empty one. */
export type Routes = Record<string, (body: unknown) => Promise<unknown>>;

export function labRoutes(lab: Lab): Routes {
  // Bodies of /resources are our own plugins', see plugins/shared/lab.ts.
  return {
    "PUT /resources": (body) => lab.put(body as Parameters<Lab["put"]>[0]),
    "POST /resources/list": (body) => Promise.resolve(lab.list(body as ResourceKey)),
    "POST /resources/get": (body) => Promise.resolve(lab.get(body as ResourceKey)),
    "POST /resources/delete": (body) => lab.delete(body as ResourceKey),
    "GET /status": () => statusOf(lab),
    "POST /command": (body) => {
      const { success, data, error } = command.safeParse(body);
      if (!success)
        throw new LabError(error.issues.map(({ path, message }) => `${path.join(".")}: ${message}`).join("; "), 422);
      return obey(lab, data);
    },
  };
}

/** Answers by `routes`; who may ask is said by the socket's mode. */
export function serveRoutes(routes: Routes, say: (line: string) => void): Server {
  return createServer((request, response) => {
    const key = `${request.method} ${request.url}`;
    const answer = async (): Promise<unknown> => {
      const route = routes[key];
      if (!route) throw new LabError(`the lab has no ${key}`, 404);
      const text = await read(request);
      return route(text === "" ? undefined : JSON.parse(text));
    };
    answer().then(
      (value) => response.end(value === undefined ? "" : JSON.stringify(value)),
      (error: Error) => {
        if (!(error instanceof LabError)) say(`${key}: ${error.stack ?? error.message}`);
        response.statusCode = error instanceof LabError ? error.status : 500;
        response.end(JSON.stringify({ error: error.message }));
      },
    );
  });
}

async function read(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer); // no encoding is set
  return Buffer.concat(parts).toString("utf8");
}
