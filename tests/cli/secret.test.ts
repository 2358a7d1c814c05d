import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { askHidden, secretValue } from "../../cli/ask-secret";
import { checkSecretName, makeSecret } from "../../cli/cluster/swarm-secrets";
import { checkStack, nextSteps } from "../../cli/commands/secret";
import { checkout } from "../../tools/paths";
import { render } from "../compose/support";
import { temporaryFolder } from "../tools/support";
import { onATerminal } from "./on-a-terminal";
import { makeCertificate, serveHttps } from "./support";

const folder = temporaryFolder();
const VALUE = "correct horse battery staple";
/** sha256 of a zero byte and the value: as compose/content.ts names it. */
const NAME = "demo_db_password_d92d8e01136a";

interface Created {
  Name: string;
  Labels: Record<string, string>;
  Data: string;
}

describe("the swarm's secrets", () => {
  const created: Created[] = [];
  const asked: string[] = [];
  let there: string[] = [];
  let refusal: { status: number; message: string } | undefined;
  let api: { origin: string; close: () => void };
  let ca: string;
  beforeAll(async () => {
    const certificate = makeCertificate(folder, "server");
    ca = certificate.cert;
    api = await serveHttps(certificate, (request, answer) => {
      asked.push(`${request.method} ${decodeURIComponent(request.url ?? "")}`);
      let text = "";
      request.setEncoding("utf8").on("data", (part: string) => (text += part));
      request.on("end", () => {
        const listed = JSON.stringify(there.map((Name) => ({ Spec: { Name } })));
        if (request.method === "GET") return answer.end(listed);
        if (refusal !== undefined)
          return answer.writeHead(refusal.status).end(JSON.stringify({ message: refusal.message }));
        created.push(JSON.parse(text) as Created);
        return answer.writeHead(201).end(JSON.stringify({ ID: "new" }));
      });
    });
  });
  afterAll(() => api.close());
  beforeEach(() => {
    created.length = asked.length = 0;
    there = [];
    refusal = undefined;
  });
  const make = (origins = [api.origin]) =>
    makeSecret({ origins, tls: { ca } }, "demo", "db_password", Buffer.from(VALUE));

  test("a new version: named as compose files' secrets are, labelled so that no deploy takes it away", async () => {
    there = ["demo_db_password_000000000000"];
    expect(await make()).toEqual({ name: NAME, known: false, others: there });
    expect(asked).toEqual(['GET /secrets?filters={"label":["storm.secret=demo/db_password"]}', "POST /secrets/create"]);
    expect(created).toEqual([
      { Name: NAME, Labels: { "storm.secret": "demo/db_password" }, Data: Buffer.from(VALUE).toString("base64") },
    ]);
    const compose = `services: {web: {image: a, secrets: [db_password]}}\nsecrets: {db_password: {content: ${VALUE}}}\n`;
    expect(render(compose, { stackName: "demo" }).secrets.map(({ name }) => name)).toEqual([NAME]);
  });

  test("the same value again makes nothing", async () => {
    there = [NAME];
    expect(await make()).toEqual({ name: NAME, known: true, others: [] });
    expect(created).toEqual([]);
  });

  test("one of this name without the label, such as a compose file's, has the same value", async () => {
    refusal = { status: 409, message: "rpc error: code = AlreadyExists" };
    expect(await make()).toMatchObject({ name: NAME, known: true });
  });

  test("a dead manager is passed over; two that live do not both make it", async () => {
    await make(["https://127.0.0.1:9", api.origin, api.origin]);
    expect(created).toHaveLength(1);
  });

  test("what the cluster refuses is said without the value", async () => {
    refusal = { status: 503, message: "the swarm does not have a leader" };
    const failed = await make().catch((error: Error) => error.message);
    expect(failed).toBe("the cluster's Docker API does not answer: 503 the swarm does not have a leader");
    await expect(
      makeSecret({ origins: [api.origin], tls: { ca } }, "demo", "big", Buffer.alloc(500_001)),
    ).rejects.toThrow("the value has 500001 bytes, a secret in Swarm may have 500000");
  });
});

test("names that Swarm would not take, and stacks that storm.yml does not have", () => {
  expect(() => checkSecretName("demo", "db password")).toThrow('"db password" can not be the name of a secret');
  expect(() => checkSecretName("demo", "a".repeat(60))).toThrow("with stack and version it has 78 characters");
  expect(() => checkStack("dmeo", ["demo"])).toThrow("storm.yml has no compose stack dmeo; did you mean demo?");
  expect(() => checkStack("registry", ["demo"])).toThrow("registry is one of Storm's own stacks");
});

test("what is left to do, ready to copy", () => {
  const made = { name: NAME, known: false, others: ["demo_db_password_000000000000"] };
  expect(nextSteps("demo", "db_password", "dev", made).join("\n")).toMatchSnapshot();
  const stack = nextSteps("demo", "db_password", "dev", made)
    .slice(2, 7)
    .map((line) => line.slice(2))
    .join("\n");
  const compose = `${stack}\n    image: a\n    secrets: [db_password]\n`;
  expect(render(compose, { stackName: "demo" }).stack["secrets"]).toEqual({
    db_password: { external: true, name: NAME },
  });
});

test.each([
  ["secret\n", "secret"],
  ["secret\r\n", "secret"],
  ["secret", "secret"],
  [" a b \n", " a b "],
  ["-----BEGIN KEY-----\nabc\n", "-----BEGIN KEY-----\nabc\n"],
])("standard input: %j", async (text, value) => {
  const input = new PassThrough();
  input.end(text);
  expect(String(await secretValue("it", { input, output: new PassThrough() }))).toBe(value);
});

test("without a value nothing is made", async () => {
  const input = new PassThrough();
  input.end("\n");
  await expect(secretValue("it", { input, output: new PassThrough() })).rejects.toThrow("there is no value for it");
});

test("what is typed is not written anywhere", async () => {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  input.end(`${VALUE}\n`);
  expect(await askHidden("Value: ", { input, output })).toBe(VALUE);
  expect(String(output.read())).toBe("Value: \n");
});

test("a real terminal shows nothing of it", async () => {
  const ask = `require("./cli/ask-secret.ts").askHidden("Value: ")`;
  const script = `require("tsx/cjs"); ${ask}.then((value) => console.log(String(value.length)))`;
  const done = await onATerminal([process.execPath, "-e", script], [["Value: ", "correct horse"]], { cwd: checkout });
  expect(done).toEqual({ shown: "Value: \n13\n", errors: "", status: 0 });
});

test("the command line has no place for a value, and an unknown stack is named before one is asked for", () => {
  const storm = (...args: string[]) =>
    spawnSync(process.execPath, [join(checkout, "cli", "storm.js"), "secret", "set", ...args], {
      encoding: "utf8",
      input: VALUE,
    });
  expect(storm("demo", "db", VALUE)).toMatchObject({ status: 2 });
  const { stderr, status } = storm("demo", "db", "-s", "no-such-stack");
  expect(stderr).toMatch(/^error: there is no stack no-such-stack/);
  expect(status).toBe(1);
});
