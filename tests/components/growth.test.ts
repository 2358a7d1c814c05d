import { type Deployed, deployed, removeBuilds, resource, stdinOf } from "./support/program";

let standard: Deployed;
beforeAll(async () => {
  standard = await deployed();
});
afterAll(removeBuilds);

/** What follows the list of nodes; everything else of a running cluster stays as it is. */
const FOLLOWS_THE_NODES = /^(peers(-.*)?|consul|swarm|load-balancer)$/;

/** Names of what is new, gone, and changed in its inputs. */
function compare(before: Deployed, after: Deployed) {
  const key = ({ type, name }: { type: string; name: string }) => `${type} ${name}`;
  const old = new Map(before.resources.map((each) => [key(each), each]));
  const now = new Map(after.resources.map((each) => [key(each), each]));
  const changed = [...now.values()].filter((each) => {
    const was = old.get(key(each));
    // As the engine does it: what is ignored when it changes does not count.
    const essence = ({ inputs }: { inputs: Record<string, unknown> }) =>
      JSON.stringify(Object.entries(inputs).filter(([input]) => !each.ignoreChanges.includes(input)));
    return was !== undefined && (essence(was) !== essence(each) || was.parent !== each.parent);
  });
  return {
    added: [...now.values()]
      .filter((each) => !old.has(key(each)))
      .map(({ name }) => name)
      .sort(),
    removed: [...old.values()]
      .filter((each) => !now.has(key(each)))
      .map(({ name }) => name)
      .sort(),
    changed: changed.map(({ name }) => name).sort(),
  };
}

const FOLLOWERS = ["consul", "load-balancer", "peers", "peers-local-1", "peers-local-2", "peers-local-3", "swarm"];
const partsOf = (...nodes: string[]) =>
  nodes.flatMap((name) => [`enroll-${name}`, name, `${name}-host-key`, `peers-${name}`]).sort();
/** The state's entry for a pool's nodes that are no managers. */
const remembered = (pool: string, ...nodes: string[]) => [...partsOf(...nodes), `local/${pool}`].sort();
const pools = (...list: object[]) => ({ Local: { pools: list } });
const LOCAL = { name: "local", count: 3, size: "small" };

test("the same file gives the same inputs", async () => {
  expect(compare(standard, await deployed())).toEqual({ added: [], removed: [], changed: [] });
});

test("two more nodes are added and nothing else changes but what follows the list of nodes", async () => {
  const [three, five] = [standard, await deployed({ Local: [5, "small"] })];
  expect(compare(three, five)).toEqual({
    added: remembered("local", "local-4", "local-5"),
    removed: [],
    changed: FOLLOWERS,
  });
  expect(compare(five, three)).toEqual({
    added: [],
    removed: remembered("local", "local-4", "local-5"),
    changed: FOLLOWERS,
  });
});

test("a pool more is added, and nothing of another pool changes", async () => {
  const grown = await deployed(pools(LOCAL, { name: "web", count: 2, size: "small", role: "worker" }));
  const { added, removed, changed } = compare(standard, grown);
  expect({ added, removed }).toEqual({ added: remembered("web", "web-1", "web-2"), removed: [] });
  expect(changed).toEqual(FOLLOWERS);
  expect(changed.every((name) => FOLLOWS_THE_NODES.test(name))).toBe(true);
});

test("a pool of workers whose name sorts first takes neither the managers' nor the volumes' place", async () => {
  const grown = await deployed(pools({ name: "apps", count: 2, size: "small", role: "worker" }, LOCAL));
  expect(compare(standard, grown).changed).toEqual(FOLLOWERS);
});

test("the order of pools and stacks in storm.yml changes nothing at all", async () => {
  const web = { name: "web", count: 2, size: "small", role: "worker" };
  const stack = { file: "catalog/guestbook/docker-compose.yml" };
  const one = await deployed({ ...pools(LOCAL, web), compose: { alpha: stack, omega: stack } });
  const other = await deployed({ compose: { omega: stack, alpha: stack }, ...pools(web, LOCAL) });
  expect(compare(one, other)).toEqual({ added: [], removed: [], changed: [] });
});

test("the first of two pools can go without a trace in the other", async () => {
  const web = { name: "web", count: 2, size: "small", role: "worker" };
  const both = await deployed(pools(web, LOCAL));
  const { added, removed, changed } = compare(both, await deployed(pools(LOCAL)));
  expect({ added, removed, changed }).toEqual({
    added: [],
    removed: remembered("web", "web-1", "web-2"),
    changed: FOLLOWERS,
  });
});

test("one more stack adds its own resources; nodes get its certificate by their enrolment", async () => {
  const stack = { file: "catalog/guestbook/docker-compose.yml" };
  const { added, removed, changed } = compare(standard, await deployed({ compose: { second: stack } }));
  expect({ removed, added }).toEqual({
    removed: [],
    added: [
      "context-second-guestbook",
      "ingress-second",
      "ingress-second-cert",
      "ingress-second-key",
      "ingress-second-request",
      "second",
      "stack-second",
    ],
  });
  // "stacks" takes away what storm.yml no longer has: its list is a longer one, and so is the services page.
  expect(changed).toEqual(["enroll-local-1", "enroll-local-2", "enroll-local-3", "stack-storm", "stacks"]);
});

test("a stack that goes is named no longer to what takes it away, and touches no other stack", async () => {
  const stack = { file: "catalog/guestbook/docker-compose.yml" };
  const { added, changed } = compare(await deployed({ compose: { second: stack } }), standard);
  expect({ added, changed }).toEqual({
    added: [],
    changed: ["enroll-local-1", "enroll-local-2", "enroll-local-3", "stack-storm", "stacks"],
  });
  expect(stdinOf(resource(standard, "Command", "stacks"))).toEqual({ keep: ["registry", "ingress", "storm", "demo"] });
});

describe("what rotates changes commands only, never a node", () => {
  const rotated = (name: string) =>
    deployed(undefined, {
      answers: { [name]: { privateKeyPem: "another key", privateKeyOpenssh: "another key", certPem: "another cert" } },
    });
  const enrolments = ["enroll-local-1", "enroll-local-2", "enroll-local-3"];

  test.each([
    ["secrets-gossip", ["consul", ...enrolments]],
    ["secrets-tokens", ["consul", ...enrolments]],
    ["secrets-management", ["consul", ...enrolments]],
    ["docker-server-cert", enrolments],
    ["registry-cert", [...enrolments, "stack-registry"]],
    ["ingress-demo-cert", enrolments],
    ["consul-server-cert", enrolments],
    ["docker-client-cert", []],
    ["docker-applications-cert", []],
    [
      "docker-ca-key",
      ["docker-applications-cert", "docker-ca-cert", "docker-client-cert", "docker-server-cert", ...enrolments],
    ],
  ])("%s", async (name, expected) => {
    expect(compare(standard, await rotated(name)).changed).toEqual(expected);
  });
});
