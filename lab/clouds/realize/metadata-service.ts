/**
 * The metadata service of one network: a process in its router's namespace, for a process has one network only. Argument: a JSON file,
 * private address -> MachineMetadata, read at each request. Ends with its standard input, so it never outlives who started it.
 */
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type MachineMetadata, metadataAnswer, Tokens } from "./metadata-answers";
import { LINK } from "./names";

const [, , file = ""] = process.argv;
const tokens = new Tokens();

const server = createServer((request, response) => {
  const machines = JSON.parse(readFileSync(file, "utf8")) as Record<string, MachineMetadata>;
  const machine = machines[request.socket.remoteAddress ?? ""];
  const { method = "GET", url = "/", headers } = request;
  const answer = machine
    ? metadataAnswer({ method, url, headers }, machine, tokens)
    : { status: 404, body: "no machine has this address" };
  response.writeHead(answer.status).end(answer.body);
});

server.listen(80, LINK.metadata, () => process.stdout.write("ready\n"));
process.stdin.on("end", () => process.exit()).resume();
