import { SpecError } from "../../spec/errors";
import { load, type LoadOptions } from "../../spec/load";

const FILE = `
AWS:
  region: eu-west-1
  pools:
    - {name: managers, count: 3, size: small, role: manager}
    - {name: web, count: 2, size: small}
overrides:
  prod: {AWS: {pools: [{name: web, size: large}]}}
`;
const CONFIG = "Pulumi.prod.yaml: storm:spec";

function pools(options: Partial<LoadOptions>): string[] {
  const { spec } = load(FILE, { fileName: "storm.yml", ...options });
  return spec.pools.map((pool) => `${pool.name} ${pool.min} ${pool.size} ${pool.region}`);
}

function errorsOf(value: unknown): string {
  try {
    load(FILE, { fileName: "storm.yml", env: "prod", overrides: [{ from: CONFIG, value }] });
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  return "no error";
}

test("without an environment the file alone counts", () => {
  expect(pools({})).toEqual(["managers 3 small eu-west-1", "web 2 small eu-west-1"]);
});

test("an environment's overrides are merged, lists of pools by name", () => {
  expect(pools({ env: "prod" })).toEqual(["managers 3 small eu-west-1", "web 2 large eu-west-1"]);
});

test("stack config is merged over both, and may add and take out", () => {
  const value = {
    AWS: {
      region: "eu-west-2",
      pools: [
        { name: "web", count: 5 },
        { name: "more", count: 1 },
      ],
    },
    overrides: null,
  };
  expect(pools({ env: "prod", overrides: [{ from: CONFIG, value }] })).toEqual([
    "managers 3 small eu-west-2",
    "web 5 large eu-west-2",
    "more 1 small eu-west-2",
  ]);
});

test("stack config may hold all of it", () => {
  const { spec } = load("", { fileName: "storm.yml", overrides: [{ from: CONFIG, value: { Local: [5, "small"] } }] });
  expect(spec.pools[0]?.min).toBe(5);
});

test("an overridden value's place is the config key, the file's values keep their lines", () => {
  expect(errorsOf({ AWS: { pools: [{ name: "web", count: "many", cuont: 3 }] }, Hostname: "X" })).toBe(
    [
      `${CONFIG} AWS/pools/web/count: must be a whole number such as 3, or a range such as 2..10, got "many"`,
      `${CONFIG} AWS/pools/web/cuont: unknown key (allowed: name, count, size, role, volume, labels, region, zones, spot, scaleOn; did you mean "count"?)`,
      `${CONFIG} Hostname: must be a host name in lower case, such as storm.example.com, got "X" (did you mean "x"?)`,
    ].join("\n"),
  );
  expect(errorsOf({ AWS: { pools: [{ name: "managers", count: 2 }] } })).toBe(
    `${CONFIG} AWS/pools/managers/count: must be an odd number of managers over the whole cluster, at most 7, got 2 (allowed: 1, 3, 5, 7; did you mean "3"?)`,
  );
  expect(errorsOf({ limits: { global: { sizes: ["small"] } } })).toContain(
    "storm.yml:6:7 AWS/pools/web: its size large",
  );
});

test("config that is no mapping is an error, not a crash", () => {
  expect(errorsOf("AWS: [3, small]")).toBe(`${CONFIG}: must be a mapping, got "AWS: [3, small]"`);
  expect(errorsOf(JSON.parse('{"__proto__": {"production": true}}'))).toBe("no error");
});
