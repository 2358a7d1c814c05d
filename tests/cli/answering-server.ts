import { createServer, type IncomingHttpHeaders, type Server } from "node:http";
import type { AddressInfo } from "node:net";

export interface Asked {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** An HTTP server on this machine, with what it says to each request. */
export async function answering(
  answerTo: (asked: Asked) => [status: number, text: string],
): Promise<{ origin: string; close: () => void }> {
  const server = createServer((request, answer) => {
    const { method = "", url = "", headers } = request;
    let body = "";
    request.setEncoding("utf8").on("data", (part: string) => (body += part));
    request.on("end", () => {
      const [status, text] = answerTo({ method, url, headers, body });
      answer.writeHead(status).end(text);
    });
  });
  return listening(server, "http");
}

/** Starts a server at a free port of this machine. */
export async function listening(
  server: Server,
  scheme: "http" | "https",
): Promise<{ origin: string; close: () => void }> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `${scheme}://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
  const close = () => {
    server.close();
    server.closeAllConnections();
  };
  return { origin, close };
}
