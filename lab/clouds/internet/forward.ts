/** Hands a request on to another server, bodies as they come, and brings its answer back. */
import { type IncomingMessage, request as plain, type RequestOptions, type ServerResponse } from "node:http";
import { request as secure } from "node:https";

export interface Upstream extends RequestOptions {
  /** PEM of the authority that vouches for it: spoken to by TLS. */
  ca?: string;
}

/** `path`: there. The host's name stays as it was asked, so that addresses in answers lead back here. */
export function forward(request: IncomingMessage, response: ServerResponse, upstream: Upstream, path: string): void {
  const options = { ...upstream, method: request.method, path, headers: request.headers };
  const call = (upstream.ca === undefined ? plain : secure)(options, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
    // Cut off there is cut off here: half an image must not look whole.
    answer.on("error", () => response.destroy());
  });
  call.on("error", (error) => {
    if (response.headersSent) return void response.destroy();
    response.writeHead(502, { "content-type": "text/plain" }).end(`behind the lab's internet: ${error.message}\n`);
  });
  response.on("close", () => call.destroy());
  request.pipe(call);
}
