/** The lab's health checks of DNS answers by HTTP: who is in and who is out. */
import { createServer as createHttpServer } from "node:http";
import { createServer, type Server } from "node:net";
import { Health } from "../../lab/clouds/internet/health";
import type { DnsAnswer } from "../../lab/clouds/world";
import { until } from "../acme/parts";

const INTERVAL_MS = 100;

let status = 301;
const ingress = createHttpServer((_, response) => response.writeHead(status, { location: "https://nowhere/" }).end());
/** Like a load balancer without nodes: it takes connections and hangs up. */
const mute = createServer((socket) => socket.destroy());

const listen = (server: Server) => new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
const close = (server: Server) => new Promise((resolve) => server.close(resolve));
beforeAll(() => Promise.all([listen(ingress), listen(mute)]));
afterAll(() => Promise.all([close(ingress), close(mute)]));

function answerOf(server: Server, path?: string): DnsAnswer {
  const { port } = server.address() as { port: number }; // it listens on TCP
  return { value: "198.18.64.1", weight: 1, check: { address: "127.0.0.1", port, ...(path ? { path } : {}) } };
}

test("asked by HTTP, a target is in while it answers or sends on, and out with an error or silence", async () => {
  const [answering, silent, connected] = [answerOf(ingress, "/"), answerOf(mute, "/"), answerOf(mute)];
  const answers = [answering, silent, connected];
  const records = [{ name: "*.example.com", type: "A" as const, ttl: 30, choose: "one" as const, answers }];
  const health = new Health(() => [{ name: "example.com", records }], INTERVAL_MS);
  const inside = () => answers.map((answer) => health.isIn(answer));
  const seen = (what: string, expected: boolean[]) => until(async () => expect(inside()).toEqual(expected), what, 5);
  const end = health.start();
  try {
    await seen("silence is out, unless a connection is enough", [true, false, true]);
    status = 503;
    await seen("an error is out", [false, false, true]);
    status = 200;
    await seen("an answer is in", [true, false, true]);
  } finally {
    end();
  }
});
