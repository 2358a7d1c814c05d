/**
 * A site at DigitalOcean on the real engine, with the stand-ins' state: what a second update does, what a change touches, what the
 * state shows. A real account is not needed and not asked.
 */
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { createSite } from "../../components/pools/digitalocean";
import { installPlugins } from "../../lab/plugins/install";
import { planOf } from "../plan/plans";
import { Turns } from "../../components/turns";
import { SIDE_BY_SIDE } from "../../plan/succession";
import { Lab, SUITE_TIMEOUT_MS } from "./engine";

jest.setTimeout(SUITE_TIMEOUT_MS);

const POOLS = {
  managers: "{name: managers, count: 3, role: manager}",
  web: "{name: web, count: 2..10, scaleOn: {cpu: 60%}}",
  data: "{name: data, count: 1, role: data, volume: 100GB}",
};

function storm(pools: Partial<typeof POOLS> = {}, more = ""): string {
  const list = Object.values({ ...POOLS, ...pools }).map((pool) => `    - ${pool}\n`);
  return `DigitalOcean:\n  region: ams3\n  pools:\n${list.join("")}network: {adminCidrs: [203.0.113.0/24]}\n${more}`;
}

/** The site of a storm.yml as the layers make it. */
function program(text: string, token = "a token") {
  return () => {
    const plan = planOf(text);
    const [site] = plan.sites;
    if (!site) throw new Error("the plan has no site");
    createSite({
      plan,
      site,
      clusterId: pulumi.output("ab12"),
      ssh: { publicKey: pulumi.output("ssh-ed25519 AAAA"), privateKey: pulumi.secret("unused") },
      enrolment: () => pulumi.secret({ consulCaPem: "CA", token }),
      turns: new Turns(SIDE_BY_SIDE),
    });
    return Promise.resolve();
  };
}

/** Without the stack itself, which every update counts as well. */
function touched({ changes }: { changes: Record<string, number> }): Record<string, number> {
  return Object.fromEntries(Object.entries(changes).filter(([kind]) => kind !== "same"));
}

let lab: Lab;
beforeAll(async () => {
  lab = await Lab.start("digitalocean", false);
  await installPlugins(join(lab.dir, "home"), ["tls"]);
});
afterAll(() => lab.stop());

test("a second update changes nothing, nor does a refresh before it", async () => {
  expect(Object.keys(touched(await lab.up(program(storm()))))).toEqual(["create"]);
  expect(touched(await lab.up(program(storm())))).toEqual({});
  await lab.refresh();
  expect(touched(await lab.up(program(storm())))).toEqual({});
});

test("no secret is plain in the state", async () => {
  const state = await lab.state();
  expect(state).not.toContain("a token");
  expect(state).not.toContain("BEGIN OPENSSH PRIVATE KEY");
  expect(state).not.toContain("#cloud-config");
});

test("another token is one update of the elastic pool, and no running node's business", async () => {
  expect(touched(await lab.up(program(storm(), "another token")))).toEqual({ update: 1 });
  await lab.up(program(storm()));
});

test("a label is in the user-data of nodes to come; a running one is not replaced for it", async () => {
  const labelled = storm({ data: "{name: data, count: 1, role: data, volume: 100GB, labels: {disk: fast}}" });
  expect(touched(await lab.up(program(labelled)))).toEqual({});
});

test("a larger disk grows in place; a further data node leaves the others as they are", async () => {
  const larger = storm({ data: "{name: data, count: 1, role: data, volume: 200GB}" });
  expect(touched(await lab.up(program(larger)))).toEqual({ update: 1 });
  const more = storm({ data: "{name: data, count: 2, role: data, volume: 200GB}" });
  // A host key, a Droplet, a Volume and its attachment; the pool's project entry. Elastic nodes enrol at managers.
  expect(touched(await lab.up(program(more)))).toEqual({ create: 4, update: 1 });
});

test("another size of a pool is one update of each of its Droplets", async () => {
  const sized = storm({ data: "{name: data, count: 2, role: data, volume: 200GB, size: large}" });
  expect(touched(await lab.preview(program(sized)))).toEqual({ update: 2 });
});

test("another network for admins is one update of each firewall", async () => {
  const before = storm({ data: "{name: data, count: 2, role: data, volume: 200GB}" });
  const other = before.replace("203.0.113.0/24", "198.51.100.0/24");
  expect(touched(await lab.preview(program(other)))).toEqual({ update: 2 });
});

test.each([
  ["managers-1", "its reserved address", 2],
  ["data-1", "its Volume", 1],
])("a replaced %s keeps %s: only the Droplet and what binds the two are made anew", async (node, _, update) => {
  const text = storm({ data: "{name: data, count: 2, role: data, volume: 200GB}" });
  const replaced = () => {
    pulumi.runtime.registerStackTransformation(({ type, name, props, opts }) =>
      type.endsWith(":Droplet") && name === node ? { props: { ...props, monitoring: false }, opts } : undefined,
    );
    return program(text)();
  };
  // The pool's project entry follows, and of a manager where elastic nodes enrol.
  expect(touched(await lab.preview(replaced))).toEqual({ replace: 2, update });
});

test("what DigitalOcean would refuse is refused in the preview, with the property's name", async () => {
  const text = storm()
    .replace("ams3", "nyc2")
    .replace("count: 1, role: data", "count: 1, size: m-2vcpu-16gb, role: data");
  await expect(lab.preview(program(text))).rejects.toThrow('size "m-2vcpu-16gb" is not available in nyc2');
});

test("in production a data disk cannot go by mistake", async () => {
  const production = "production: true\n";
  const data = { data: "{name: data, count: 2, role: data, volume: 200GB}" };
  await lab.up(program(storm(data, production)));
  const gone = storm({ data: "{name: data, count: 1, role: data, volume: 200GB}" }, production);
  expect(await lab.failingUp(program(gone))).toContain("protected");
  await lab.up(program(storm(data)));
});
