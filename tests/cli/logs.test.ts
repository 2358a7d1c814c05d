import { createServer } from "node:http";
import { printLogs } from "../../cli/commands/logs";
import { LogStream } from "../../cli/cluster/log-stream";
import { temporaryFolder, Written } from "../tools/support";
import { makeCertificate, serveHttps } from "./support";

const folder = temporaryFolder();
const DETAILS = (node: string, task: string) =>
  `com.docker.swarm.node.id=${node},com.docker.swarm.service.id=web,com.docker.swarm.task.id=${task}`;

/** As Docker's API frames it: 1 is stdout, 2 stderr. */
function frame(stream: 1 | 2, text: string): Buffer {
  const head = Buffer.alloc(8);
  head[0] = stream;
  head.writeUInt32BE(Buffer.byteLength(text), 4);
  return Buffer.concat([head, Buffer.from(text)]);
}

test("lines come whole, wherever the stream was cut", () => {
  const all = Buffer.concat([
    frame(1, `${DETAILS("n1", "t1")} hello, wörld\n`),
    frame(2, `${DETAILS("n2", "t2")} \n`),
    frame(1, "no details at all\r\n"),
  ]);
  const lines = [
    { stream: "stdout", node: "n1", task: "t1", text: "hello, wörld" },
    { stream: "stderr", node: "n2", task: "t2", text: "" },
    { stream: "stdout", node: "", task: "", text: "no details at all" },
  ];
  expect(new LogStream().push(all)).toEqual(lines);
  const stream = new LogStream();
  expect([...all].flatMap((byte) => stream.push(Buffer.from([byte])))).toEqual(lines);
});

/** All other questions are for logs. */
const ANSWERS: Record<string, unknown> = {
  "/services": [
    { ID: "w", Spec: { Name: "demo_web" } },
    { ID: "s", Spec: { Name: "demo_store" } },
  ],
  "/nodes": [{ ID: "n1", Description: { Hostname: "local-1" } }],
};

describe("a cluster's API", () => {
  const asked: string[] = [];
  let api: { origin: string; close: () => void };
  let ca: string;
  beforeAll(async () => {
    const certificate = makeCertificate(folder, "server");
    ca = certificate.cert;
    api = await serveHttps(certificate, ({ url = "" }, answer) => {
      asked.push(url);
      const lines = [
        frame(1, `${DETAILS("n1", "0123456789abcdef")} up\n`),
        frame(2, `${DETAILS("gone", "fedcba9876543210")} down\n`),
      ];
      answer.end(ANSWERS[url] === undefined ? Buffer.concat(lines) : JSON.stringify(ANSWERS[url]));
    });
  });
  afterAll(() => api.close());
  const print = (service: string, options = {}) => {
    const [out, err] = [new Written(), new Written()];
    return printLogs({ origins: [api.origin], tls: { ca } }, service, options, { out, err }).then(() => [
      out.text,
      err.text,
    ]);
  };

  test.each(["demo_web", "demo/web"])("%s: each line with node and task in front, stderr apart", async (name) => {
    asked.length = 0;
    expect(await print(name, { tail: "5" })).toEqual(["local-1 0123456789ab | up\n", "gone fedcba987654 | down\n"]);
    expect(asked.at(-1)).toBe("/services/w/logs?stdout=1&stderr=1&details=1&follow=0&tail=5");
  });

  test("logs that are followed end when nobody reads them any more", async () => {
    const [out, err] = [new Written(), new Written()];
    const docker = { origins: [api.origin], tls: { ca } };
    const outputs = { out, err, closed: AbortSignal.abort() };
    await printLogs(docker, "demo_web", { follow: true }, outputs);
    expect(out.text + err.text).toBe("");
  });

  test("a dead manager does not stand in the way", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => closed.once("listening", resolve));
    const { port } = closed.address() as { port: number }; // it listens on a port
    await new Promise((resolve) => closed.close(resolve));
    const origins = [`https://127.0.0.1:${port}`, api.origin];
    const out = new Written();
    await printLogs({ origins, tls: { ca } }, "demo_web", { follow: true }, { out, err: new Written() });
    expect(out.text).toBe("local-1 0123456789ab | up\n");
  });

  test.each([
    ["demo_wev", "there is no service demo_wev; did you mean demo_web?"],
    ["store", "there is no service store; did you mean demo_store?"],
    ["stroe", "there is no service stroe; did you mean demo_store?"],
  ])("%s gets the service that was meant", async (name, message) => {
    await expect(print(name)).rejects.toThrow(message);
  });
});
