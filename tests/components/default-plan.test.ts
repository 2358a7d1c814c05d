import { type Deployed, deployed, removeBuilds } from "./support/program";

/** What mocks cannot show: that the providers take these inputs, and what the engine makes of the options. */

let whole: Deployed;
beforeAll(async () => {
  whole = await deployed();
});
afterAll(removeBuilds);

const certificate = (name: string) => [
  `storm:certificates:Certificate ${name}`,
  `tls:index/locallySignedCert:LocallySignedCert ${name}-cert in ${name}`,
  `tls:index/privateKey:PrivateKey ${name}-key in ${name}`,
  `tls:index/certRequest:CertRequest ${name}-request in ${name}`,
];
const authority = (name: string) => [
  `storm:certificates:Authority ${name}-ca`,
  `tls:index/selfSignedCert:SelfSignedCert ${name}-ca-cert in ${name}-ca`,
  `tls:index/privateKey:PrivateKey ${name}-ca-key in ${name}-ca`,
];
const node = (name: string) => [
  `storm:local:Node ${name} in local`,
  `tls:index/privateKey:PrivateKey ${name}-host-key in local`,
  `command:remote:Command enroll-${name} in mesh`,
  `command:remote:Command peers-${name} in mesh`,
];

const EXPECTED = [
  ...["consul", "docker", "ingress", "registry"].flatMap(authority),
  ...[
    "consul-server",
    "docker-applications",
    "docker-client",
    "docker-server",
    "ingress-demo",
    "ingress-storm",
    "registry",
  ].flatMap(certificate),
  "storm:secrets:Secrets secrets",
  ...["gossip", "identity", "management", "ssh", "tokens"].map(
    (group) => `tls:index/privateKey:PrivateKey secrets-${group} in secrets`,
  ),
  "storm:nodes:Memory memory",
  ...["local-1", "local-2", "local-3", "volumeNode"].map((name) => `pulumi:index:Stash ${name} in memory`),
  "pulumi:index:Stash peers in mesh",
  "storm:pools:LocalPool local",
  "storm:local:Network local-network in local",
  "storm:local:Service local-image-cache in local",
  ...["local-1", "local-2", "local-3"].flatMap(node),
  "storm:mesh:Mesh mesh",
  "storm:consul:Consul consul",
  "command:remote:Command consul in consul",
  "storm:swarm:Swarm swarm",
  "command:remote:Command swarm in swarm",
  "storm:load-balancer:LocalLoadBalancer load-balancer",
  "storm:local:Service load-balancer in load-balancer",
  "storm:compose:ComposeStack registry",
  "command:remote:Command stack-registry in registry",
  "storm:compose:ComposeStack ingress",
  "command:remote:Command stack-ingress in ingress",
  "command:remote:Command stacks",
  "storm:compose:ComposeStack storm",
  "command:remote:Command stack-storm in storm",
  "storm:compose:ComposeStack demo",
  "command:remote:CopyToRemote context-demo-guestbook in demo",
  "command:remote:Command stack-demo in demo",
];

const listed = ({ resources }: Pick<Deployed, "resources">) =>
  resources.map(({ type, name, parent }) => `${type} ${name}${parent === undefined ? "" : ` in ${parent}`}`).sort();

test("the default storm.yml is exactly these resources, each with its parent", () => {
  expect(listed(whole)).toEqual([...EXPECTED].sort());
});

test("a preview before anything exists shows every one of them: none is born in an apply", async () => {
  expect(listed(await deployed(undefined, { preview: true }))).toEqual([...EXPECTED].sort());
});

test("names are the same in every environment", async () => {
  expect(listed(await deployed(undefined, { env: "prod" }))).toEqual([...EXPECTED].sort());
});

test("components keep nothing of their arguments in the state", () => {
  const kept = whole.resources.filter(({ custom, inputs }) => !custom && Object.keys(inputs).length > 0);
  expect(kept).toEqual([]);
});

test("only a node's birth and a helper's image are ignored when they change, and only nodes are deleted first", () => {
  const odd = whole.resources
    .filter((each) => each.ignoreChanges.length > 0 || each.deleteBeforeReplace || each.protect)
    .map(({ name, ignoreChanges, deleteBeforeReplace, protect }) => ({
      name,
      ignoreChanges,
      deleteBeforeReplace,
      protect,
    }));
  const born = { ignoreChanges: ["userData", "image"], deleteBeforeReplace: true, protect: false };
  expect(odd).toEqual([
    { name: "load-balancer", ignoreChanges: ["image"], deleteBeforeReplace: false, protect: false },
    { name: "local-1", ...born },
    { name: "local-2", ...born },
    { name: "local-3", ...born },
    { name: "local-image-cache", ignoreChanges: ["image", "environment"], deleteBeforeReplace: false, protect: false },
  ]);
});

test("each phase waits for the one before", () => {
  const waitsFor = (name: string) =>
    whole.resources
      .find((each) => each.custom && each.name === name)
      ?.dependencies.filter((other) => /^(enroll|peers|consul$|swarm$|stack)/.test(other));
  const everyNode = (phase: string) => ["local-1", "local-2", "local-3"].map((name) => `${phase}-${name}`);
  expect(waitsFor("enroll-local-1")).toEqual([]);
  expect(waitsFor("peers")).toEqual(everyNode("enroll"));
  // Of the others' machines it knows by that one entry alone (components/mesh.ts).
  expect(waitsFor("peers-local-1")).toEqual(["peers"]);
  expect(waitsFor("consul")).toEqual(["peers", ...everyNode("peers")]);
  expect(waitsFor("swarm")).toEqual(["consul"]);
  expect(waitsFor("stack-ingress")).toEqual(["swarm"]);
  expect(waitsFor("stack-registry")).toEqual(["swarm"]);
  // The stack builds an image, so it waits for the registry too.
  expect(waitsFor("stacks")).toEqual(["swarm"]);
  expect(waitsFor("context-demo-guestbook")).toEqual(["stack-ingress", "stack-registry", "stacks"]);
  expect(waitsFor("stack-demo")).toEqual(["stack-ingress", "stack-registry", "stacks"]);
});
