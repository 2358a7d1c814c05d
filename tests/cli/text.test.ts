import { costChange } from "../../cli/commands/plan";
import { execFileSync } from "node:child_process";
import { exportLines } from "../../cli/commands/env";
import { findingLines } from "../../cli/commands/doctor";
import { describe as words, partsOf, shortType } from "../../cli/describe";
import { nearest } from "../../cli/nearest";
import { doubleQuote, shellQuote } from "../../cli/shell-quote";
import { summary } from "../../cli/summary";
import { Written } from "../tools/support";

const awkward = "a b\"c'd$HOME`id`\\e$(id)";
const shell = (script: string) => execFileSync("sh", ["-c", script], { encoding: "utf8" });

test.each([doubleQuote, shellQuote])("%p gives the shell the same word back", (quote) => {
  expect(shell(`printf %s ${quote(awkward)}`)).toBe(awkward);
});

test("the exports of `storm env` are the seed's, and a shell's eval reads them", () => {
  const lines = exportLines("dev", {
    DOCKER_HOST: "tcp://127.0.0.1:2376",
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: `/home/${awkward}`,
  });
  expect(lines.split("\n").slice(0, 2)).toEqual([
    'export DOCKER_HOST="tcp://127.0.0.1:2376"',
    'export DOCKER_TLS_VERIFY="1"',
  ]);
  expect(lines).toContain("# eval $(npx storm env dev)\n");
  const read = shell(`eval "$(cat <<'END'\n${lines}END\n)"; printf '%s|%s' "$DOCKER_HOST" "$DOCKER_CERT_PATH"`);
  expect(read).toBe(`tcp://127.0.0.1:2376|/home/${awkward}`);
});

test("an unquoted eval, as the README has it, reads them too", () => {
  const lines = exportLines("dev", { DOCKER_HOST: "tcp://127.0.0.1:2376", DOCKER_CERT_PATH: "/home/me/.local/dev" });
  const read = shell(
    `printf '%s' '${lines}' > /dev/null; eval $(printf '%s' '${lines}'); printf %s "$DOCKER_CERT_PATH"`,
  );
  expect(read).toBe("/home/me/.local/dev");
});

test("the nearest word, or none", () => {
  const commands = ["start", "stop", "env", "doctor"];
  expect(["strat", "stpo", "ENV", "docker", "xyz"].map((word) => nearest(word, commands))).toEqual([
    "start",
    "stop",
    "env",
    "doctor",
    undefined,
  ]);
});

test("resources in plain words", () => {
  const urn = "urn:pulumi:dev::storm::storm:pools:LocalPool$storm:local:Node::local-1";
  expect(partsOf(urn)).toEqual({ type: "storm:local:Node", name: "local-1" });
  expect(shortType("tls:index/privateKey:PrivateKey")).toBe("tls:index:PrivateKey");
  expect(words("storm:local:Node", "local-1")).toBe("Node local-1");
  expect(words("command:remote:Command", "enroll-local-1")).toBe("Node local-1 ready");
  expect(words("command:remote:Command", "stack-demo")).toBe("Stack demo");
  expect(words("storm:local:Service", "local-image-cache")).toBe("Image cache");
  expect(words("tls:index:PrivateKey", "docker-ca-key")).toBeUndefined();
});

test("the doctor says what is wrong and what to do", () => {
  const output = new Written();
  const found = {
    part: "Pulumi engine",
    state: "found",
    version: "3.220.0",
    where: "/x/pulumi",
    origin: "built",
  } as const;
  expect(findingLines(found, output)).toBe("[ ok ] Pulumi engine 3.220.0 (built)\n       /x/pulumi\n");
  const missing = { part: "Docker engine", state: "missing", hint: "`npm start` gets it" } as const;
  expect(findingLines(missing, output)).toBe("[miss] Docker engine\n       `npm start` gets it\n");
});

test("the summary", () => {
  const node = { name: "local-1", role: "manager", site: "local", size: "small", address: "172.28.0.10" };
  const outputs = {
    nodes: [node, { ...node, name: "local-2", address: "172.28.0.11" }],
    url: "https://guestbook.demo.dev.storm.localhost",
    urls: { "demo/guestbook": "https://guestbook.demo.dev.storm.localhost" },
    survives: "It survives the loss of any one node.",
    clientKey: "[secret]",
  };
  const facts = { stack: "dev", changed: true, milliseconds: 48_200 };
  const text = summary(outputs, facts, new Written());
  expect(text).toMatchSnapshot();
  expect(text).not.toContain("[secret]");
  expect(summary(outputs, { ...facts, changed: false }, new Written())).toContain("Nothing to change (48.2s)");
});

test.each([
  [120.5, undefined, ""],
  [120.5, { monthlyUsd: 120.5 }, "Cost change: none.\n"],
  [120.5, { monthlyUsd: 100 }, "Cost change: $20.50 a month more than now.\n"],
  [80, { monthlyUsd: 100.1 }, "Cost change: $20.10 a month less than now.\n"],
])("the change of the cost: %s after %j", (now, before, words) => {
  expect(costChange(now, before)).toBe(words);
});
