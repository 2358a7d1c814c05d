/**
 * Managers on the real engine, by this repository's whole program: no preview or update makes more than one of them anew, one is allowed,
 * and what is done to other pools moves none. The layers `base` and `nodes`, which stand-ins can bring up.
 */
import type { Deployment } from "@pulumi/pulumi/automation";
import { PreviewLab, type Previewed, type PreviewOptions, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(3 * SUITE_TIMEOUT_MS);

const LAYERS = { "storm:layers": '["base","nodes"]' };
const HEAD = "Hostname: storm.example.com\nnetwork: {adminCidrs: [203.0.113.0/24]}\n";
const REGIONS = { AWS: "eu-west-1", Azure: "westeurope", DigitalOcean: "ams3" };
type Cloud = keyof typeof REGIONS;

/** Two pools of managers, so that one may change and the other stay. */
const stormYml = (cloud: Cloud, one: string, two: string) =>
  [
    `${HEAD}${cloud}:`,
    `  region: ${REGIONS[cloud]}`,
    "  pools:",
    `    - {name: boss, count: 1, size: ${one}, role: manager}`,
    `    - {name: quorum, count: 2, size: ${two}, role: manager}`,
    "",
  ].join("\n");

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start(false);
});
afterAll(() => lab.stop());

const of = (stack: string, more: PreviewOptions = {}) => ({ stack, ...more, config: { ...LAYERS, ...more.config } });
/** What is made anew, and what is taken away. */
const renewed = ({ resources }: Previewed) =>
  resources.filter(({ op }) => op === "replace").map(({ type, name }) => `${type.split(":").at(-1)} ${name}`);
/** What there is, by URN and id. */
const stateOf = async (stack: string) => {
  const { resources } = (await (await lab.stack(stack)).exportStack()).deployment as {
    resources: { urn: string; id?: string }[];
  };
  return resources.map(({ urn, id }) => `${urn} ${id ?? ""}`).sort();
};

describe.each<[Cloud, string, RegExp]>([
  ["AWS", "Instance", /t3\.small -> t3\.medium/],
  ["Azure", "VirtualMachine", /Standard_\w+ -> Standard_\w+/],
  ["DigitalOcean", "Droplet", /s-\dvcpu-\dgb -> s-\dvcpu-\dgb/],
])("%s", (cloud, type, why) => {
  const stack = cloud.toLowerCase();
  const first = stormYml(cloud, "small", "small");
  const resized = stormYml(cloud, "small", "medium");

  test("two managers of another size: preview and update are refused, by one message, and nothing is touched", async () => {
    await lab.up(first, of(stack));
    const state = await stateOf(stack);
    for (const operation of ["preview", "up"] as const) {
      const { text, resources } = await lab.failing(resized, of(stack), operation);
      expect(text).toContain("This would make 2 of 3 managers anew or restart them at once");
      expect(text).toMatch(why);
      expect(text).toContain("quorum-1");
      expect(text).toContain(`pulumi config set storm:replaceManagers one-by-one -s ${stack}`);
      expect(text).toContain("storm:replaceManagers all-at-once");
      expect(text).not.toContain("    at ");
      expect(resources.filter(({ op }) => op !== "same")).toEqual([]);
    }
    expect(await stateOf(stack)).toEqual(state);
  });

  test("one manager of another size is made anew", async () => {
    const one = stormYml(cloud, "medium", "small");
    expect(renewed(await lab.preview(one, of(stack)))).toContain(`${type} boss-1`);
    expect(renewed(await lab.up(one, of(stack)))).toContain(`${type} boss-1`);
    expect(renewed(await lab.preview(one, of(stack)))).toEqual([]);
  });

  test("one by one: the others are still counted, those that are done are not", async () => {
    const after = stormYml(cloud, "medium", "medium");
    const config = { "storm:replaceManagers": "one-by-one" };
    const { text } = await lab.failing(after, of(stack, { config }));
    expect(text).toContain("This would make 2 of 3 managers anew or restart them at once");
    for (const name of ["quorum-1", "quorum-2"])
      expect(renewed(await lab.up(after, of(stack, { config, target: [`**::${name}`] })))).toContain(`${type} ${name}`);
    await (await lab.stack(stack)).removeConfig("storm:replaceManagers");
    expect(renewed(await lab.up(after, of(stack)))).toEqual([]);
  });

  test("all at once, for who says so", async () => {
    const config = { "storm:replaceManagers": "all-at-once" };
    const back = stormYml(cloud, "small", "small");
    const gone = renewed(await lab.preview(back, of(stack, { config })));
    expect(gone).toEqual(expect.arrayContaining(["boss-1", "quorum-1", "quorum-2"].map((name) => `${type} ${name}`)));
    await (await lab.stack(stack)).removeConfig("storm:replaceManagers");
  });
});

describe("what only the engine knows", () => {
  const now = stormYml("AWS", "medium", "medium");
  test("--replace of two managers is refused, of one is not", async () => {
    const { text } = await lab.failing(now, of("aws", { replace: ["**::quorum-1", "**::quorum-2"] }));
    expect(text).toContain("This would make 2 of 3 managers anew or restart them at once");
    expect(text).toContain("quorum-1, quorum-2.");
    expect(text).not.toContain("    at ");
    expect(renewed(await lab.preview(now, of("aws", { replace: ["**::quorum-1"] })))).toContain("Instance quorum-1");
  });

  test("a network that makes all machines anew is refused", async () => {
    const other = now.replace("network: {", "network: {siteCidr: 10.99.0.0/16, ");
    expect((await lab.failing(other, of("aws"))).text).toContain("This would make 3 of 3 managers anew");
  });

  test("machines that are gone are made anew, several too, once a refresh has told the engine", async () => {
    const stack = await lab.stack("aws");
    const state = await stack.exportStack();
    // As a refresh leaves it: gone from the state, and from what others depend on.
    interface Kept {
      urn: string;
      type: string;
      dependencies?: string[];
      propertyDependencies?: Record<string, string[]>;
    }
    const { resources } = state.deployment as { resources: Kept[] };
    const lost = new Set(
      resources.filter(({ urn, type }) => type.endsWith(":Instance") && /::quorum-\d$/.test(urn)).map(({ urn }) => urn),
    );
    expect(lost.size).toBe(2);
    const without = (urns: string[] = []) => urns.filter((urn) => !lost.has(urn));
    const left = resources
      .filter(({ urn }) => !lost.has(urn))
      .map((each) => ({
        ...each,
        dependencies: without(each.dependencies),
        propertyDependencies: Object.fromEntries(
          Object.entries(each.propertyDependencies ?? {}).map(([key, urns]) => [key, without(urns)]),
        ),
      }));
    await stack.importStack({ ...state, deployment: { ...state.deployment, resources: left } } as Deployment);
    expect(renewed(await lab.preview(now, of("aws")))).not.toContain("Instance boss-1");
    const seen = await lab.up(now, of("aws"));
    expect(seen.resources.filter(({ op, type }) => op === "create" && type.endsWith(":Instance")).length).toBe(2);
  });

  test("another word in the config is an error that names those there are", async () => {
    const { text } = await lab.failing(now, of("aws", { config: { "storm:replaceManagers": "true" } }));
    expect(text).toContain("storm:replaceManagers must be one-by-one or all-at-once");
    await (await lab.stack("aws")).removeConfig("storm:replaceManagers");
  });
});

describe("managers that nobody named", () => {
  const chosen = (pools: string[]) =>
    `${HEAD}AWS:\n  region: eu-west-1\n  pools:\n${pools.map((each) => `    - ${each}\n`).join("")}`;
  const WEB = "{name: web, count: 3, size: small}";

  test("stay when a pool comes whose name sorts first, or another site that is larger", async () => {
    await lab.up(chosen([WEB]), of("auto"));
    const more =
      chosen([WEB, "{name: api, count: 5, size: small}"]) +
      "DigitalOcean: {region: fra1, pools: [{name: big, count: 9}]}\n";
    const { resources } = await lab.preview(more, of("auto"));
    const touched = resources.filter(({ op, name }) => op !== "same" && /^(aws-eu-west-1\/web|web-)/.test(name));
    expect(touched).toEqual([]);
    const managers = resources.filter(
      // The other nodes' entries are their pools', "SITE/POOL".
      ({ type, urn, name }) =>
        type === "pulumi:index:Stash" && urn.includes("storm:nodes:Memory") && !name.includes("/"),
    );
    expect(managers.map(({ name }) => name).sort()).toEqual(["volumeNode", "web-1", "web-2", "web-3"]);
  });

  test("keep the volumes' node when the first data pool comes", async () => {
    const data = "{name: adata, count: 1, size: small, role: data}";
    const { resources } = await lab.preview(chosen([WEB, data]), of("auto"));
    expect(resources.find(({ name }) => name === "volumeNode")?.op).toBe("same");
  });

  test("a living node is not made a manager, or a worker: refused before anything is planned", async () => {
    const { text, resources } = await lab.failing(
      chosen([WEB.replace("small}", "small, role: worker}"), "{name: q, count: 3, role: manager}"]),
      of("auto"),
    );
    expect(text).toContain("web-1, now a manager, would become a worker");
    expect(text).not.toContain("    at ");
    expect(resources.filter(({ op }) => op !== "same")).toEqual([]);
  });
});
