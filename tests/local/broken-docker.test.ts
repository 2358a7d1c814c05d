/** What the provider does when Docker is away, slow or can not get rid of a container: short texts, and an end in time. */
import { createServer, type Server, type ServerResponse } from "node:http";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { removeContainer } from "../../lab/local/containers";
import { Docker } from "../../lab/local/docker";

const folder = mkdtempSync(join(tmpdir(), "storm-docker-"));
const socket = join(folder, "docker.sock");
let server: Server | undefined;

/** A Docker Engine that answers each "METHOD /path" as told; nothing told, no answer. */
function serve(answers: Record<string, [status: number, body: object]>): Promise<void> {
  server = createServer((request, response: ServerResponse) => {
    const path = (request.url ?? "").replace(/^\/v[\d.]+/, "").replace(/\?.*/, "");
    const answer = answers[`${request.method} ${path}`];
    if (answer) response.writeHead(answer[0]).end(JSON.stringify(answer[1]));
  });
  return new Promise((done) => server?.listen(socket, done));
}

afterEach(() => {
  server?.closeAllConnections();
  server?.close();
  server = undefined;
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("a missing socket", async () => {
  await expect(new Docker(join(folder, "none")).get("/info")).rejects.toMatchObject({
    message: expect.stringMatching(/^Docker's socket .*none is missing: install the Docker Engine, or start it$/),
    // What set-up decides by.
    code: "ENOENT",
  });
});

test("its version is asked for without one of the API", async () => {
  await serve({ "GET /version": [200, { Version: "20.10.24" }] });
  expect(await new Docker(socket).version()).toBe("20.10.24");
});

test("Docker's own message, on one line", async () => {
  await serve({ "GET /info": [500, { message: "first\nsecond\n" }] });
  await expect(new Docker(socket).get("/info")).rejects.toThrow(/^first second$/);
});

test("an engine that no longer serves this version of the API is asked in its own", async () => {
  const asked: string[] = [];
  server = createServer((request, response: ServerResponse) => {
    asked.push(request.url ?? "");
    const old = request.url?.startsWith("/v1.41/");
    const message = "client version 1.41 is too old. Minimum supported API version is 1.44";
    response.writeHead(old ? 400 : 200).end(JSON.stringify(old ? { message } : { MinAPIVersion: "1.44" }));
  });
  await new Promise<void>((done) => server?.listen(socket, done));
  const docker = new Docker(socket);
  await docker.get("/info");
  await docker.get("/info");
  expect(asked).toEqual(["/v1.41/info", "/version", "/v1.44/info", "/v1.44/info"]);
});

test("a container that is gone counts as removed", async () => {
  await serve({ "DELETE /containers/x": [404, { message: "No such container: x" }] });
  await removeContainer(new Docker(socket), "x");
});

test("a container that Docker reports dead counts as removed when the time is over", async () => {
  await serve({
    "DELETE /containers/x": [409, { message: "removal of container x is already in progress" }],
    "GET /containers/x/json": [200, { State: { Status: "dead" } }],
  });
  await removeContainer(new Docker(socket), "x", 100);
});

test("a container that lives on is an error when the time is over", async () => {
  await serve({
    "DELETE /containers/x": [500, { message: "could not kill" }],
    "GET /containers/x/json": [200, { State: { Status: "running" } }],
  });
  await expect(removeContainer(new Docker(socket), "x", 100)).rejects.toThrow("could not kill");
});

test("a Docker Engine that does not answer ends in time too", async () => {
  await serve({ "GET /containers/x/json": [200, { State: { Status: "running" } }] });
  await expect(removeContainer(new Docker(socket), "x", 100)).rejects.toThrow(
    "Docker did not answer DELETE /containers/x within 1 s",
  );
});
