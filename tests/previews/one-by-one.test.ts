/**
 * Workers of a fixed pool whose machines change are made anew one after the other, each when the one before is back in the cluster: by
 * plain updates of this repository's program on the real engine, where commands on nodes are answered by nobody.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { PreviewLab, type Previewed, type PreviewOptions, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(3 * SUITE_TIMEOUT_MS);

const REGIONS = { AWS: "eu-west-1", Azure: "westeurope", DigitalOcean: "ams3" };
type Cloud = keyof typeof REGIONS;
const stormYml = (cloud: Cloud, size: string, count = 3, other = "small") =>
  [
    `Hostname: storm.example.com\nnetwork: {adminCidrs: [203.0.113.0/24]}\n${cloud}:`,
    `  region: ${REGIONS[cloud]}`,
    "  pools:",
    `    - {name: boss, count: 3, size: small, role: manager}`,
    `    - {name: web, count: ${count}, size: ${size}, role: worker}`,
    `    - {name: other, count: 2, size: ${other}, role: worker}`,
    "",
  ].join("\n");

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start(false);
  process.env["STORM_TEST_COMMANDS"] = join(lab.folder, "commands");
  await lab.replacePlugin("command", join(__dirname, "answering-commands.ts"));
});
afterAll(() => {
  delete process.env["STORM_TEST_COMMANDS"];
  lab.stop();
});
afterEach(() => delete process.env["STORM_TEST_FAILING"]);

const of = (cloud: Cloud, more: PreviewOptions = {}) => ({
  stack: cloud.toLowerCase(),
  ...more,
  config: { "storm:layers": '["base","nodes","cluster"]', ...more.config },
});
const touched = ({ resources }: Previewed) => resources.filter(({ op }) => op !== "same").map(({ urn }) => urn);

/** What happened to machines of this type, in the engine's order, and "back NAME" where a node's return had been waited for. */
function course({ steps }: Previewed, type: string): string[] {
  return steps.flatMap((step) => {
    const [, op = "", kind = "", name = ""] = /^(done: \S+|\S+) (\S+) (.*)$/.exec(step) ?? [];
    if (op.endsWith("same")) return [];
    if (kind === type) return [`${op} ${name}`];
    // The step "replace" itself does nothing.
    return kind === "Command" && /^rejoin-/.test(name) && /^done: (create|create-replacement|update)$/.test(op)
      ? [`back ${name.replace("rejoin-", "")}`]
      : [];
  });
}
/** Names in the order in which they were touched first, and came back. */
const order = (seen: Previewed, type: string) => [
  ...new Set(course(seen, type).map((step) => (step.startsWith("back ") ? step : (step.split(" ").at(-1) ?? "")))),
];

interface Ran {
  name: string;
  stdin: string;
  publicKey: string;
}
/** How a command ran last, in whichever stack. */
function last(name: string): Ran {
  const all = readFileSync(join(lab.folder, "commands"), "utf8").trim().split("\n");
  const found = all
    .map((line) => JSON.parse(line) as Ran)
    .filter((each) => each.name === name)
    .at(-1);
  if (found === undefined) throw new Error(`${name} did not run`);
  return found;
}

/** By machine: the commands that it waited for, as the state has it. */
async function waits(cloud: Cloud, type: string): Promise<Record<string, string[]>> {
  const { resources } = (await (await lab.stack(cloud.toLowerCase())).exportStack()).deployment as {
    resources: { urn: string; type: string; dependencies?: string[] }[];
  };
  const nameOf = (urn: string) => urn.split("::").slice(3).join("::");
  const machines = resources.filter((each) => each.type.endsWith(`:${type}`));
  return Object.fromEntries(
    machines.flatMap(({ urn, dependencies = [] }) => {
      const found = dependencies.map(nameOf).filter((name) => name.startsWith("rejoin-"));
      return found.length > 0 ? [[nameOf(urn), found]] : [];
    }),
  );
}

describe.each<[Cloud, string]>([
  ["AWS", "Instance"],
  // In place: the machine restarts.
  ["Azure", "VirtualMachine"],
  ["DigitalOcean", "Droplet"],
])("%s", (cloud, type) => {
  test("a first deployment is side by side", async () => {
    const seen = await lab.up(stormYml(cloud, "small"), of(cloud));
    expect(course(seen, type).filter((step) => step.startsWith("back"))).toEqual([]);
    expect(await waits(cloud, type)).toEqual({});
  });

  test("another size and more nodes: those that are there change one after the other, when the one before is back", async () => {
    const larger = stormYml(cloud, "medium", 5);
    const planned = await lab.preview(larger, of(cloud));
    expect(planned.resources.filter(({ name }) => name.startsWith("rejoin-")).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["rejoin-web-1", "rejoin-web-2"]),
    );
    const seen = await lab.up(larger, of(cloud));
    expect(order(seen, type).filter((name) => !/^web-[45]$/.test(name))).toEqual([
      ...["web-1", "back web-1", "web-2", "back web-2", "web-3"],
    ]);
    expect(await waits(cloud, type)).toEqual(
      cloud === "AWS" ? {} : { "web-2": ["rejoin-web-1"], "web-3": ["rejoin-web-2"] },
    );
  });

  test("the next update changes nothing", async () => {
    expect(touched(await lab.up(stormYml(cloud, "medium", 5), of(cloud)))).toEqual([]);
    expect(await waits(cloud, type)).toEqual({});
  });

  test("where one does not come back, the next are not touched; the next update goes on from there", async () => {
    process.env["STORM_TEST_FAILING"] = "rejoin-web-2";
    const back = stormYml(cloud, "small", 5);
    const seen = await lab.failing(back, of(cloud), "up");
    expect(seen.text).toContain("rejoin-web-2 failed, as it was told to");
    expect(order(seen, type)).toEqual(["web-1", "back web-1", "web-2"]);
    delete process.env["STORM_TEST_FAILING"];
    expect(order(await lab.up(back, of(cloud)), type)).toEqual([
      "back web-2",
      "web-3",
      "back web-3",
      "web-4",
      "back web-4",
      "web-5",
    ]);
    expect(touched(await lab.up(back, of(cloud)))).toEqual([]);
  });

  test("the others are told of today's machine, for the second time too", () => {
    const told = JSON.parse(last("rejoin-web-1").stdin) as { name: string; peer: object };
    expect(told).toMatchObject({ name: "web-1", peer: { publicKey: last("enroll-web-1").publicKey } });
    const { peers } = JSON.parse(last("introduce-web-1").stdin) as { peers: object };
    expect(Object.keys(peers)).toEqual(["boss-1", "boss-2", "boss-3"]);
  });
});

describe("what only the engine knows, on AWS", () => {
  const now = stormYml("AWS", "small", 5);
  const replace = ["**::web-1", "**::web-2"];

  test("--replace of two workers of a pool is refused; by the way out that is told they go one by one", async () => {
    const { text } = await lab.failing(now, of("AWS", { replace }));
    expect(text).toContain("several nodes of a pool anew or restart them at once");
    expect(text).toContain("2 of pool aws-eu-west-1/web: web-1, web-2");
    expect(text).toContain("pulumi config set storm:replaceWorkers one-by-one -s aws\n  pulumi up -s aws\n");
    expect(text).not.toContain("    at ");
    const seen = await lab.up(now, of("AWS", { replace, config: { "storm:replaceWorkers": "one-by-one" } }));
    const web = order(seen, "Instance").filter((name) => name.includes("web"));
    expect(web).toEqual(["web-1", "back web-1", "web-2", "back web-2"]);
    await (await lab.stack("aws")).removeConfig("storm:replaceWorkers");
    expect(touched(await lab.up(now, of("AWS")))).toEqual([]);
  });

  test("of one it is not", async () => {
    expect(course(await lab.preview(now, of("AWS", { replace: ["**::web-1"] })), "Instance")).not.toEqual([]);
  });

  test("side by side, for who says so", async () => {
    const config = { "storm:replaceWorkers": "all-at-once" };
    const seen = await lab.up(stormYml("AWS", "medium", 5), of("AWS", { config }));
    expect(await waits("AWS", "Instance")).toEqual({});
    expect(
      order(seen, "Instance")
        .filter((name) => !name.startsWith("back"))
        .sort(),
    ).toEqual(["web-1", "web-2", "web-3", "web-4", "web-5"]);
    await (await lab.stack("aws")).removeConfig("storm:replaceWorkers");
  });
});

test("--target of a node that waits for another says so; with all-at-once it is touched alone", async () => {
  const after = stormYml("DigitalOcean", "small", 5, "medium");
  const target = ["**::other-2"];
  const { text, steps } = await lab.failing(after, of("DigitalOcean", { target }), "up");
  expect(text).toMatch(/other-2' depends on '.*rejoin-other-1'/);
  expect(steps.filter((step) => /Droplet/.test(step) && !/same/.test(step))).toEqual([]);
  const config = { "storm:replaceWorkers": "all-at-once" };
  expect(order(await lab.up(after, of("DigitalOcean", { target, config })), "Droplet")).toEqual(["other-2"]);
  await (await lab.stack("digitalocean")).removeConfig("storm:replaceWorkers");
  expect(order(await lab.up(after, of("DigitalOcean")), "Droplet")).toEqual(["other-1", "back other-1"]);
});

test("a stack that makes the machines and not the cluster refuses several at once", async () => {
  const config = { "storm:layers": '["base","nodes"]' };
  await lab.up(stormYml("AWS", "small"), { stack: "split", config });
  const { text, resources } = await lab.failing(stormYml("AWS", "medium"), { stack: "split", config }, "up");
  expect(text).toContain("3 of pool aws-eu-west-1/web: web-1, web-2, web-3");
  expect(text).toContain("--target '**::web-3', then pulumi up of the stack with layer cluster");
  expect(resources.filter(({ op }) => op !== "same")).toEqual([]);
});
