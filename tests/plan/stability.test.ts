import { isDeepStrictEqual } from "node:util";
import * as fc from "fast-check";
import { stableHash, stableSlots } from "../../plan/hash";
import { meshBlocks, nodeAddress, vpnAddresses, vpnRange } from "../../plan/mesh";
import { formatAddress, parseAddress, parseCidr } from "../../spec/units";
import { load } from "../../spec/load";
import { makePlan } from "../../plan/plan";
import type { NodePlan, Plan, PoolPlan } from "../../plan/types";
import { checkChanges } from "../../plan/changes";
import { broughtUp, HOST_KEY, nodesByName, planOf } from "./plans";

/**
 * Identity never depends on positions: whatever is done to one pool, the others keep their keys, names, zones, mesh
 * blocks and addresses, and so their resources.
 */

interface Pool {
  provider: "AWS" | "Azure" | "DigitalOcean";
  name: string;
  count: number;
  size: string;
}

const pool = (name: string): fc.Arbitrary<Pool> =>
  fc.record({
    provider: fc.constantFrom("AWS" as const, "Azure" as const, "DigitalOcean" as const),
    name: fc.constant(name),
    count: fc.integer({ min: 1, max: 12 }),
    size: fc.constantFrom("micro", "small", "large"),
  });

const pools = fc
  .uniqueArray(fc.stringMatching(/^[a-z]{1,8}$/), { minLength: 2, maxLength: 8 })
  .chain((names) => fc.tuple(...names.map(pool)));

function textOf(list: readonly Pool[]): string {
  const providers = [...new Set(list.map(({ provider }) => provider))];
  return providers
    .map(
      (key) =>
        `${key}:\n  pools:\n${list
          .filter(({ provider }) => provider === key)
          .map(({ name, count, size }) => `    - {name: ${name}, count: ${count}, size: ${size}}`)
          .join("\n")}\n`,
    )
    .join("");
}

/** All of a node or pool but the manager's role, which a first election gives by what there is. */
const identity = (item: NodePlan | PoolPlan): unknown => ({ ...item, role: undefined });
const whole = (item: NodePlan | PoolPlan): unknown => item;

function expectUntouched(before: Plan, after: Plan, changed: string, seen = identity): void {
  const moved = new Set(
    after.pools.filter((each) => hasCollision(after, each.key) || hasCollision(before, each.key)).map(({ key }) => key),
  );
  const keep = <Item extends NodePlan | PoolPlan>(items: readonly Item[], key: (item: Item) => string): unknown[] =>
    items.filter((item) => !key(item).endsWith(`/${changed}`) && !moved.has(key(item))).map(seen);
  expectSame(
    keep(after.pools, ({ key }) => key),
    keep(before.pools, ({ key }) => key),
  );
  expectSame(
    keep(after.nodes, (node) => node.pool),
    keep(before.nodes, (node) => node.pool),
  );
}

/** Node.js compares ten times as fast as `expect`, which shows the difference. */
function expectSame(after: unknown, before: unknown): void {
  if (!isDeepStrictEqual(after, before)) expect(after).toEqual(before);
}

/** Two pools whose keys have the same hash: the later in order gives way. Documented in plan/hash.ts. */
function hasCollision(plan: Plan, key: string): boolean {
  const slots = 3072;
  return plan.pools.some(
    (other) => other.key !== key && Math.abs((stableHash(other.key) % slots) - (stableHash(key) % slots)) < 8,
  );
}

test("a pool added, taken out, resized or grown touches nothing of another", () => {
  fc.assert(
    fc.property(pools, fc.nat(), fc.integer({ min: 1, max: 12 }), (list, nth, count) => {
      const index = nth % list.length;
      const changed = list[index];
      if (changed === undefined) return;
      const whole = planOf(textOf(list));
      expectUntouched(whole, planOf(textOf(list.filter((_, i) => i !== index))), changed.name);
      expectUntouched(
        whole,
        planOf(textOf(list.map((each, i) => (i === index ? { ...each, count, size: "medium" } : each)))),
        changed.name,
      );
    }),
    { numRuns: 200 },
  );
});

test("nor does it move a manager or the volumes' node of another pool, once they are there", () => {
  let elected = 0;
  fc.assert(
    fc.property(pools, fc.nat(), fc.integer({ min: 1, max: 12 }), pool("added"), (list, nth, count, more) => {
      const index = nth % list.length;
      const changed = list[index];
      if (changed === undefined) return;
      const first = planOf(textOf(list));
      const before = broughtUp(first);
      elected += first.managers.length;
      const edits: [Pool[], string][] = [
        [list.filter((_, i) => i !== index), changed.name],
        [list.map((each, i) => (i === index ? { ...each, count, size: "medium" } : each)), changed.name],
        // Sorts first, and is the largest.
        [[...list, { ...more, name: "aaaaaaaaa", count: 12 }], "aaaaaaaaa"],
        [[...list, { ...more, name: "zzzzzzzzz" }], "zzzzzzzzz"],
      ];
      for (const [edited, name] of edits) {
        const next = planOf(textOf(edited), "dev", before);
        const gone = first.managers.every((manager) => !next.nodes.some((node) => node.name === manager));
        // Without any manager left, and no new node, somebody has to become one; checkChanges refuses that.
        if (gone && !next.nodes.some((node) => !before.nodes.includes(node.name))) {
          expect(() => checkChanges(next, before, undefined, "dev")).toThrow("would become a manager");
          continue;
        }
        expectUntouched(first, next, name, whole);
        const kept = first.managers.filter((manager) => next.nodes.some((node) => node.name === manager));
        expect(next.managers).toEqual(expect.arrayContaining(kept));
        if (next.nodes.some((node) => node.name === first.volumeNode)) expect(next.volumeNode).toBe(first.volumeNode);
        expect(() => checkChanges(next, before, "one-by-one", "dev")).not.toThrow();
      }
    }),
    { numRuns: 60 },
  );
  expect(elected).toBeGreaterThan(60);
});

test("the order of pools and keys changes nothing at all but lines", () => {
  fc.assert(
    fc.property(
      pools.chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        expectSame(planOf(textOf(shuffled)), planOf(textOf(list)));
      },
    ),
    { numRuns: 200 },
  );
});

test("a pool that grows keeps its first nodes as they are", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), fc.integer({ min: 1, max: 200 }), (a, b) => {
      const [small, large] = [planOf(`AWS: [${Math.min(a, b)}, small]`), planOf(`AWS: [${Math.max(a, b)}, small]`)];
      const known = nodesByName(large);
      for (const node of small.nodes) expect(identity(known.get(node.name) ?? node)).toEqual(identity(node));
    }),
    { numRuns: 50 },
  );
});

test("hosts keep their addresses when others come and go, in any order", () => {
  const hosts = fc.uniqueArray(fc.ipV4(), { minLength: 2, maxLength: 20 });
  fc.assert(
    fc.property(hosts, (addresses) => {
      const text = (list: readonly string[]): string =>
        `Hosts: [${list.map((address) => `{address: ${address}, hostKey: ${HOST_KEY}}`).join(", ")}]`;
      const [all, some] = [
        nodesByName(planOf(text(addresses))),
        nodesByName(planOf(text([...addresses.slice(1)].reverse()))),
      ];
      for (const [name, node] of some) expect(all.get(name)?.meshAddress).toBe(node.meshAddress);
    }),
    { numRuns: 50, seed: 1 },
  );
});

test("mesh blocks and addresses are apart and inside the mesh, collisions included", () => {
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 40 }),
      fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 100 }),
      (keys, names) => {
        // A /16 has 48 blocks only, so that hashes meet.
        const blocks = meshBlocks("100.64.0.0/16", keys, names);
        expect(new Set(blocks.cidr.values()).size).toBe(keys.length);
        expect(new Set(blocks.hosts.values()).size).toBe(names.length);
        for (const cidr of blocks.cidr.values()) expect(Number(cidr.split(".")[2])).toBeLessThan(192);
        for (const address of blocks.hosts.values()) expect(Number(address.split(".")[2])).toBeGreaterThanOrEqual(192);
      },
    ),
  );
});

test("VPN peers' addresses are no node's, in the smallest mesh and in the default one", () => {
  for (const [mesh, count] of [
    ["100.64.0.0/16", 48],
    ["100.64.0.0/10", 3072],
    ["10.0.0.0/8", 12288],
  ] as const) {
    const people = vpnAddresses(mesh);
    expect([people.length, new Set(people).size]).toEqual([count, count]);
    // Of a block a fixed pool's nodes have the first thousand addresses, and an elastic pool's leave out the last.
    for (const address of people) expect(address).toMatch(/\.\d+\.255$/);
    const { cidr, hostsCidr } = meshBlocks(mesh, ["local/local", "aws/web"], []);
    for (const block of cidr.values()) {
      expect(people).not.toContain(nodeAddress(block, 1000));
      expect(people).toContain(nodeAddress(block, 1023));
    }
    const { mask, networks } = vpnRange(mesh);
    const all = [...networks, hostsCidr].map(parseCidr);
    expect(all.reduce((sum, { size }) => sum + size, 0)).toBe(parseCidr(mesh).size);
    const inside = ({ base, size }: { base: number; size: number }, at: number) => base <= at && at < base + size;
    for (const address of people.map(parseAddress)) {
      expect(all.map((network) => inside(network, address)).slice(-1)).toEqual([false]);
      expect(all.filter((network) => inside(network, address))).toHaveLength(1);
      expect(formatAddress((address & parseAddress(mask)) >>> 0)).toBe(mask);
    }
  }
  expect([vpnAddresses("100.64.0.0/10")[0], vpnAddresses("100.64.0.0/10").at(-1)]).toEqual([
    "100.64.3.255",
    "100.111.255.255",
  ]);
});

test("the hash is for ever: addresses of running clusters depend on it", () => {
  expect(["", "local/local", "aws-us-east-1/aws"].map(stableHash)).toEqual([2872998923, 3000098397, 458228222]);
  expect(planOf("Local: [1, small]").pools[0]?.meshCidr).toBe("100.89.116.0/22");
  expect(nodeAddress("100.64.12.0/22", 1000)).toBe("100.64.15.232");
  expect([...stableSlots(["b", "a", "b"], 1000).keys()]).toEqual(["a", "b"]);
});

test("making a plan changes nothing of its Spec", () => {
  const { spec } = load("AWS: [3, small]\nlimits: {global: {nodes: 9}}", { fileName: "storm.yml" });
  const before = JSON.stringify(spec);
  makePlan(spec, { env: "dev" });
  expect(JSON.stringify(spec)).toBe(before);
});
