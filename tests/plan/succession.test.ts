/** Who waits for whom when machines that are there change, and that nobody else waits. */
import type { Before } from "../../plan/before";
import type { Replacing } from "../../plan/replacing";
import { checkPlanned, checkWorkers, type Order } from "../../plan/side-by-side";
import { SIDE_BY_SIDE, type Succession, successionOf } from "../../plan/succession";
import { broughtUp, HOST_KEY, planOf } from "./plans";

const aws = (...pools: string[]) => `AWS: {region: eu-west-1, pools: [${pools.join(", ")}]}\n`;
const BOSS = "{name: boss, count: 3, size: small, role: manager}";
const pool = (name: string, count: number, size: string, more = "role: worker") =>
  `{name: ${name}, count: ${count}, size: ${size}, ${more}}`;

/** Of an update from one storm.yml to another. */
function between(first: string, after: string, replacing?: Replacing, more: Partial<Before> = {}): Succession {
  const before = { ...broughtUp(planOf(first)), ...more };
  return successionOf(planOf(after, "dev", before), before, replacing);
}

test("a first deployment, an unchanged one and more nodes: nobody waits", () => {
  const few = aws(BOSS, pool("web", 3, "small"));
  const nothing = { after: {}, awaited: [] };
  expect(successionOf(planOf(few), broughtUp(planOf("Local: [1, small]")))).toMatchObject(nothing);
  expect(between(few, few)).toMatchObject(nothing);
  expect(between(few, aws(BOSS, pool("web", 9, "small"), pool("more", 4, "large")))).toMatchObject(nothing);
  expect(between(few, aws(BOSS, pool("web", 1, "small")))).toMatchObject(nothing);
});

test("another size: one after the other in each pool, new ones beside them, other pools untouched", () => {
  const first = aws(BOSS, pool("web", 3, "small"), pool("api", 2, "small"), pool("same", 2, "small"));
  const after = aws(BOSS, pool("web", 5, "medium"), pool("api", 2, "medium"), pool("same", 2, "small"));
  expect(between(first, after)).toEqual({
    after: { "api-2": "api-1", "web-2": "web-1", "web-3": "web-2" },
    awaited: ["api-1", "web-1", "web-2"],
    witness: "boss-1",
  });
});

test("the order of storm.yml is nothing to it", () => {
  const first = aws(BOSS, pool("web", 3, "small"), pool("api", 2, "small"));
  const one = between(first, aws(BOSS, pool("web", 3, "medium"), pool("api", 2, "medium")));
  expect(between(first, aws(pool("api", 2, "medium"), pool("web", 3, "medium"), BOSS))).toEqual(one);
});

test("data pools, zones, spot and hosts too", () => {
  const data = (zones: string) => aws(BOSS, pool("db", 3, "small", `role: data, volume: 10GB, zones: [${zones}]`));
  expect(between(data("eu-west-1a, eu-west-1b"), data("eu-west-1b, eu-west-1c")).after).toEqual({
    "db-2": "db-1",
    "db-3": "db-2",
  });
  const spot = aws(BOSS, pool("web", 2, "small", "role: worker, spot: true"));
  expect(between(aws(BOSS, pool("web", 2, "small")), spot).after).toEqual({ "web-2": "web-1" });
  const hosts = (...last: number[]) =>
    `Hosts: [${last.map((each, i) => `{name: h${i}, address: 192.0.2.${each}, role: ${i === 0 ? "manager" : "worker"}, hostKey: ${HOST_KEY}}`).join(", ")}]`;
  expect(between(hosts(1, 2, 3, 4), hosts(1, 8, 3, 9)).after).toEqual({ h3: "h1" });
});

test("a manager that changes comes first, and another one sees it return", () => {
  const of = (size: string) =>
    aws("{name: a, count: 2, role: manager}", pool("one", 1, size, "role: manager"), pool("web", 2, size));
  expect(between(of("small"), of("medium"))).toEqual({
    after: { "web-1": "one-1", "web-2": "web-1" },
    awaited: ["one-1", "web-1"],
    witness: "a-1",
  });
});

test("nobody waits for a cluster that is given up: several managers, or the only one", () => {
  const of = (count: number, size: string) => aws(pool("m", count, size, "role: manager"), pool("web", 2, size));
  for (const count of [1, 3]) expect(between(of(count, "small"), of(count, "medium")).after).toEqual({});
});

test("on another site nodes are new", () => {
  const first = aws(BOSS, pool("web", 2, "small"));
  const moved = aws(BOSS) + `DigitalOcean: {region: lon1, pools: [${pool("web", 2, "small")}]}\n`;
  expect(between(first, moved).after).toEqual({});
});

test("machines that are gone are made anew side by side", () => {
  const first = aws(BOSS, pool("web", 3, "small"));
  expect(between(first, aws(BOSS, pool("web", 3, "medium")), undefined, { nodes: ["boss-1", "web-1"] }).after).toEqual(
    {},
  );
});

test("who was waited for once keeps the command, as long as the node is there", () => {
  const web = aws(BOSS, pool("web", 3, "small"));
  const rejoined = ["web-1", "web-2", "old-1"];
  expect(between(web, web, undefined, { rejoined })).toEqual({
    after: {},
    awaited: ["web-1", "web-2"],
    witness: "boss-1",
  });
});

describe("storm:replaceWorkers", () => {
  const first = aws(BOSS, pool("web", 2, "small"), pool("api", 2, "small"));
  const after = aws(BOSS, pool("web", 2, "medium"), pool("api", 2, "small"));

  test("one-by-one: all workers that are there, all-at-once: none", () => {
    expect(between(first, first, "one-by-one").after).toEqual({ "api-2": "api-1", "web-2": "web-1" });
    expect(between(first, after, "all-at-once").after).toEqual({});
  });

  const plan = planOf(after, "dev", broughtUp(planOf(first)));
  const order = (more: Partial<Order>): Order => ({
    succession: between(first, after),
    canWait: true,
    replacing: undefined,
    ...more,
  });

  test("a stack without the cluster cannot wait: refused with the ways out, and let through in steps", () => {
    const refused = () => checkPlanned(plan, order({ canWait: false }), "prod");
    expect(refused).toThrow("2 of pool aws-eu-west-1/web: web-1, web-2");
    expect(refused).toThrow("pulumi up -s prod --target-dependents --target '**::web-2', then pulumi up of the stack");
    for (const replacing of ["one-by-one", "all-at-once"] as const)
      expect(() => checkPlanned(plan, order({ canWait: false, replacing }), "prod")).not.toThrow();
    expect(() => checkPlanned(plan, order({}), "prod")).not.toThrow();
  });

  test("what only the engine knows is refused when it is several of a pool that do not wait for each other", () => {
    const check =
      (names: string[], more: Partial<Order> = {}) =>
      () =>
        checkWorkers(plan, names, order(more), "prod");
    expect(check(["web-1", "web-2", "api-1"])).not.toThrow();
    expect(check(["web-1", "web-2"], { succession: SIDE_BY_SIDE })).toThrow(
      "pulumi config set storm:replaceWorkers one-by-one -s prod\n  pulumi up -s prod\n",
    );
    expect(check(["api-1", "api-2"])).toThrow("2 of pool aws-eu-west-1/api: api-1, api-2");
    expect(check(["api-1", "api-2"], { replacing: "all-at-once" })).not.toThrow();
    // plan/changes.ts counts managers.
    expect(check(["boss-1", "boss-2"])).not.toThrow();
  });
});
