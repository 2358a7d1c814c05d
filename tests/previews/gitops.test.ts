/**
 * `storm ci` by the hook of docs/gitops: a bare git repository, the real engine with the policy pack, stand-ins of AWS's plugin; nobody
 * answers for the nodes. One cluster from its first preview on; each test goes on from the one before.
 */
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { BareRepository } from "./bare-repository";
import { Checkout } from "./checkout";
import { standInOnly } from "./official";

const here = standInOnly("it deploys");
/** Set-up of a new checkout, and some twenty runs of the engine. */
jest.setTimeout(900_000);

/** What `npx storm` runs, as the hook does, a second sooner. */
const STORM = "node cli/storm.js";
const CANARIES = ["canary-passphrase", "canary-pin"];
const STORM_YML = `compose: {}
Hostname: storm.example.com
network: {adminCidrs: [203.0.113.0/24]}
limits: {global: {nodes: 4}}
AWS:
  region: eu-west-1
  pools:
    - {name: boss, count: 1, size: small, role: manager}
    - {name: web, count: 1, size: small, role: worker}
`;
const WITH_SHOP = "compose: {shop: {file: shop.yml}}";
const SHOP = `services:
  page: {image: "nginx:1.27", ports: ["80"], secrets: [pin]}
secrets:
  pin: {file: pin.txt}
`;

let checkout: Checkout;
let env: Record<string, string>;
let repository: BareRepository;
/** Everything that anybody got to read. */
let read = "";

beforeAll(async () => {
  checkout = new Checkout();
  await checkout.installStandIns(["aws", "command", "tls"]);
  await checkout.replacePlugin("aws", "pulled-plug-aws.ts");
  await checkout.replacePlugin("command", "answering-commands.ts");
  const state = join(checkout.folder, ".storm", "shared-state");
  mkdirSync(state, { recursive: true });
  env = { PULUMI_BACKEND_URL: `file://${state}`, PULUMI_CONFIG_PASSPHRASE: CANARIES[0] ?? "" };
  write("storm.yml", STORM_YML);
  write("shop.yml", SHOP);
  write("pin.txt", CANARIES[1] ?? "");
  write("Pulumi.prod.yaml", 'config:\n  storm:env: prod\n  storm:allowLocalState: "true"\n');
  const { status, stderr } = storm("pulumi stack init prod");
  if (status !== 0) throw new Error(stderr);
  repository = new BareRepository(checkout.folder, {
    ...env,
    HOME: checkout.folder,
    STORM_CACHE: checkout.cache,
  });
});
afterAll(() => {
  repository.stop();
  checkout.stop();
});

const write = (name: string, text: string) => writeFileSync(join(checkout.folder, name), text);

function storm(words: string, more: Record<string, string> = {}) {
  const ran = checkout.shell(`${STORM} ${words}`, { env: { ...env, ...more } });
  read += ran.stdout + ran.stderr;
  return ran;
}

function push(branch: string): string {
  const text = repository.push(branch);
  read += text;
  return text;
}

/** Names of the machines that the state has, and the image that is deployed. */
function deployed(): { nodes: string[]; image: string | undefined } {
  // By a file: it is megabytes.
  const file = join(checkout.folder, ".storm", "export.json");
  const { stderr, status } = checkout.shell(`${STORM} pulumi stack export --show-secrets -s prod > ${file}`, { env });
  if (status !== 0) throw new Error(stderr);
  const text = readFileSync(file, "utf8");
  const { resources = [] } = (JSON.parse(text) as { deployment: { resources?: { urn: string; type: string }[] } })
    .deployment;
  const nodes = resources.filter(({ type }) => type === "aws:ec2/instance:Instance");
  return {
    nodes: nodes.map(({ urn }) => urn.split("::").at(-1) ?? "").sort(),
    image: /nginx:1\.2\d/.exec(text)?.[0],
  };
}

here("a branch that is pushed is previewed as it would be merged, and nothing is made", () => {
  repository.git("checkout", "--quiet", "-b", "shop");
  repository.edit("storm.yml", "compose: {}", WITH_SHOP);
  repository.commit("A shop");
  const said = push("shop");
  expect(said).toMatch(
    /## storm preview: `prod`\n\n\*\*\d+ created, 0 replaced, 0 updated, 0 destroyed, 0 unchanged\*\*/,
  );
  expect(said).toContain("- new: web-1 (worker, small, aws-eu-west-1)");
  expect(said).toContain("- no violation");
  expect(said).toContain(repository.kept("md"));
  expect(JSON.parse(repository.kept("json") ?? "{}")).toMatchObject({ schemaVersion: 1, stack: "prod" });
  expect(deployed()).toEqual({ nodes: [], image: undefined });
});

here("what is merged without a preview is not deployed", () => {
  repository.git("checkout", "--quiet", "main");
  repository.edit("storm.yml", "{name: web, count: 1", "{name: web, count: 2");
  repository.commit("Another node, at once");
  expect(push("main")).toContain("nothing was previewed of this state of main");
  expect(deployed().nodes).toEqual([]);
});

here("what was previewed is deployed when it is merged", () => {
  repository.git("checkout", "--quiet", "shop");
  push("shop:again");
  repository.git("checkout", "--quiet", "main");
  repository.git("merge", "--quiet", "--no-ff", "--no-edit", "shop");
  expect(push("main")).toMatch(/Cluster prod ready in /);
  expect(deployed()).toEqual({ nodes: ["boss-1", "web-1", "web-2"], image: "nginx:1.27" });
});

here("then there is no drift", () => {
  const { stdout, status } = storm("ci drift prod");
  expect(stdout).toBe("## storm drift: `prod`\n\nEverything is as it was deployed, and as storm.yml says.\n");
  expect(status).toBe(0);
});

here("a machine that somebody deleted is drift, and so is what a deployment would do about it; nothing changes", () => {
  const { stdout, status } = storm("ci drift prod", { STORM_TEST_GONE: "web-2" });
  expect(status).toBe(1);
  expect(stdout).toMatch(/^\*\*1 not as deployed\*\*\n\n### Gone\n\n- Node web-2 \(aws:ec2:Instance\)$/m);
  expect(stdout).toMatch(/Created \(\d+\)[^]*^- Node web-2 \(aws:ec2:Instance\)$/m);
  expect(deployed().nodes).toEqual(["boss-1", "web-1", "web-2"]);
});

here(
  "another image is previewed; then somebody deploys by hand, and the merge is not applied: it would do more",
  () => {
    repository.git("checkout", "--quiet", "-b", "image");
    repository.edit("shop.yml", "nginx:1.27", "nginx:1.28");
    repository.commit("A new page");
    const said = push("image");
    expect(said).toContain("  - page: image nginx:1.27 → nginx:1.28");
    expect(said).toContain("- nothing: no manager, volume,");
    write("storm.yml", STORM_YML.replace("compose: {}", WITH_SHOP).replace("web, count: 1", "web, count: 3"));
    write("shop.yml", SHOP);
    const byHand = storm("pulumi up --yes --skip-preview -s prod");
    if (byHand.status !== 0) throw new Error(byHand.stdout + byHand.stderr);

    repository.git("checkout", "--quiet", "main");
    repository.git("merge", "--quiet", "--no-ff", "--no-edit", "image");
    const refused = push("main");
    expect(refused).toContain("What would happen now is not what was previewed (- previewed, + now):\n");
    expect(refused).toMatch(/^\+ {3}Data in volumes on web-3, which has no disk that outlives the machine$/m);
    expect(refused).toMatch(/^\+ delete web-3 \(aws:ec2\/instance:Instance\)$/m);
    expect(refused).toContain("error: nothing was changed: what would happen now is not what was previewed\n");
    expect(deployed()).toEqual({ nodes: ["boss-1", "web-1", "web-2", "web-3"], image: "nginx:1.27" });
  },
);

here("previewed again, it is applied", () => {
  const said = push("main:image-again");
  expect(said).toContain("- Data in volumes on web-3, which has no disk that outlives the machine");
  repository.commit("Again");
  expect(push("main")).toMatch(/Cluster prod ready in /);
  expect(deployed()).toEqual({ nodes: ["boss-1", "web-1", "web-2"], image: "nginx:1.28" });
});

here("a record is of one stack, and opens with that stack's secrets alone", () => {
  const file = join(checkout.folder, ".storm", "record.json");
  const record = { schemaVersion: 1, stack: "prod", said: [], steps: [], key: "v1:bm90:aGluZw==", digests: {} };
  writeFileSync(file, JSON.stringify(record));
  expect(storm(`ci apply prod --record ${file}`).stderr).toContain(
    "error: nothing was changed: the record can not be opened with this stack's secrets\n",
  );
  expect(storm(`ci apply dev --record ${file}`).stderr).toContain("is the record of a preview of stack prod\n");
  expect(storm("ci preview nobody").stderr).toContain(
    "error: there is no stack nobody where PULUMI_BACKEND_URL leads\n",
  );
});

here("of what would be refused there is no record", () => {
  repository.git("checkout", "--quiet", "-b", "many");
  repository.edit("storm.yml", "{name: web, count: 2", "{name: web, count: 9");
  repository.commit("Too many");
  expect(push("many")).toMatch(
    /\*\*Would be refused; nothing would be changed\.\*\*[^]*the limit is 4, the cluster has up to 10 nodes/,
  );
  expect(repository.kept("json")).toBeUndefined();
});

here("no secret was shown to anybody", () => {
  expect(read.length).toBeGreaterThan(5_000);
  for (const canary of CANARIES) expect(read).not.toContain(canary);
  expect(read).not.toContain("PRIVATE KEY");
});
