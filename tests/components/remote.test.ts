import { dialErrorLimit } from "../../components/remote";
import { type Deployed, deployed, ofType, removeBuilds, resource, secretTexts } from "./support/program";

let whole: Deployed;
beforeAll(async () => {
  whole = await deployed();
});
afterAll(removeBuilds);

const APPLY = "python3 /usr/local/lib/storm/storm_apply.py";
const CLUSTER = "python3 /usr/local/lib/storm/storm_cluster.py";
const STACK = "exec python3 /usr/local/lib/storm/storm_stack.py";

/** Command line and node of every command. */
const COMMANDS: Record<string, [create: string, node: string]> = {
  consul: [`exec ${CLUSTER} consul`, "local-1"],
  "enroll-local-1": [`cloud-init status --wait >/dev/null; exec ${APPLY} enroll`, "local-1"],
  "enroll-local-2": [`cloud-init status --wait >/dev/null; exec ${APPLY} enroll`, "local-2"],
  "enroll-local-3": [`cloud-init status --wait >/dev/null; exec ${APPLY} enroll`, "local-3"],
  "peers-local-1": [`${APPLY} peers`, "local-1"],
  "peers-local-2": [`${APPLY} peers`, "local-2"],
  "peers-local-3": [`${APPLY} peers`, "local-3"],
  "stack-demo": [STACK, "local-1"],
  "stack-ingress": [STACK, "local-1"],
  "stack-registry": [STACK, "local-1"],
  "stack-storm": [STACK, "local-1"],
  stacks: ["exec python3 /usr/local/lib/storm/storm_stacks.py", "local-1"],
  swarm: [`exec ${CLUSTER} swarm`, "local-1"],
};

/** How SSH reaches a node of the fake cluster. */
function connection(node: string) {
  return {
    host: resource(whole, "Node", node).outputs["address"],
    port: 22,
    user: "root",
    privateKey: resource(whole, "PrivateKey", "secrets-ssh").outputs["privateKeyOpenssh"],
    hostKey: (resource(whole, "PrivateKey", `${node}-host-key`).outputs["publicKeyOpenssh"] as string).trim(),
    dialErrorLimit: 68,
    perDialTimeout: 15,
  };
}

test("every remote command has these inputs and no others: no delete, no update, no environment", () => {
  const found = ofType(whole, "Command").map(({ name, inputs: { stdin, ...rest } }) => {
    expect(typeof stdin).toBe("string");
    return [name, rest];
  });
  const expected = Object.entries(COMMANDS).map(([name, [create, node]]) => [
    name,
    {
      connection: connection(node),
      create,
      // The swarm is whole only with each machine of today's in it.
      triggers:
        name === "swarm" ? ["local-1", "local-2", "local-3"].map((each) => `container ${each}`) : [`container ${node}`],
      addPreviousOutputInEnv: false,
      logging: "none",
    },
  ]);
  expect(found).toEqual(expected);
});

test("standard input and connection go to the engine as secrets, and what a command prints comes back as one", () => {
  for (const { name, secretInputs, secretOutputs } of ofType(whole, "Command")) {
    expect({ name, secretInputs }).toEqual({ name, secretInputs: ["connection", "stdin"] });
    expect(secretOutputs).toEqual(expect.arrayContaining(["stdout", "stderr"]));
  }
});

test("a build context is copied with the host key checked, again when the node is replaced, and waits for the edge", () => {
  expect(ofType(whole, "CopyToRemote")).toHaveLength(1);
  const { inputs, dependencies } = resource(whole, "CopyToRemote", "context-demo-guestbook");
  expect(Object.keys(inputs).sort()).toEqual(["connection", "remotePath", "source", "triggers"]);
  expect(inputs["connection"]).toEqual(connection("local-1"));
  expect(inputs["triggers"]).toEqual(["container local-1"]);
  expect(inputs["remotePath"]).toMatch(/^\/var\/lib\/storm\/builds\/demo\.guestbook\.[0-9a-f]+\.tar\.gz$/);
  expect(dependencies).toEqual(expect.arrayContaining(["stack-ingress", "stack-registry"]));
});

test("no secret is in anything that is not secret, command lines and triggers least of all", () => {
  const secrets = Object.entries(secretTexts(whole));
  expect(secrets.length).toBeGreaterThan(40);
  const leaks = whole.resources.flatMap(({ name, inputs, secretInputs }) =>
    Object.entries(inputs)
      .filter(([key]) => !secretInputs.includes(key))
      .flatMap(([key, value]) => {
        const text = JSON.stringify(value);
        return secrets.filter(([, secret]) => text.includes(secret)).map(([what]) => `${name}.${key} shows ${what}`);
      }),
  );
  expect(leaks).toEqual([]);
});

describe("dialErrorLimit, by the official dialler's pauses", () => {
  // As measured with the official plugin (pitfalls: 180 s, 300 s, 600 s).
  test.each([
    [0, 0],
    [180, 44],
    [300, 68],
    [600, 128],
  ])("%i s need at least %i tries", (seconds, tries) => {
    expect(dialErrorLimit(seconds)).toBe(tries);
  });
});
