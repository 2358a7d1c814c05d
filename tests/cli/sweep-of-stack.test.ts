import { spawnSync } from "node:child_process";
import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { placeOfState } from "../../cli/accounts/state";
import { configFile } from "../../cli/config";
import { refuseProduction, sweepAll, sweepOf } from "../../cli/sweep/of-stack";
import { look } from "../../cli/sweep/sweep";
import { sharedBy } from "../../cli/sweep/whose";
import { makePlan } from "../../plan/plan";
import { load } from "../../spec/load";
import { FolderBackend, stateOf } from "../../tools/backend";
import { checkout } from "../../tools/paths";
import { temporaryFolder, Written } from "../tools/support";
import { Clouds, PLAN, serveClouds, typing } from "./swept-clouds";

const folder = temporaryFolder();

let clouds: Clouds;
let served: Awaited<ReturnType<typeof serveClouds>>;
beforeAll(async () => {
  served = await serveClouds(() => clouds);
});
afterAll(() => served.close());
beforeEach(() => (clouds = new Clouds()));
afterEach(() => (process.exitCode = undefined));

const ADMINS = "Hostname: storm.example.com\nnetwork: {adminCidrs: [203.0.113.7/32]}\n";
const planOf = (text: string) => makePlan(load(ADMINS + text, { fileName: "storm.yml" }).spec, { env: "prod" }).plan;

/** A backend with one stack that has these resources. */
function backendWith(stack: string, ids: readonly string[]): FolderBackend {
  const resources = ids.map((id) => ({ type: "x:y:Z", urn: `urn:pulumi:${stack}::storm::x:y:Z::${id}`, id }));
  return Object.assign(new FolderBackend(join(folder, "none"), "storm"), {
    stacks: () => Promise.resolve([stack]),
    state: () => Promise.resolve(stateOf({ resources })),
  });
}

describe("of a stack whose state is not where it was looked for", () => {
  test("in production nothing is looked for, neither where its state cannot be nor unasked", () => {
    const production = planOf("production: true\nAWS: [3, small]\n");
    expect(() => refuseProduction(production, "no-such-stack", true)).toThrow(
      "its state is in a folder of one machine",
    );
    const env = jest.replaceProperty(process, "env", { ...process.env, PULUMI_BACKEND_URL: "s3://elsewhere" });
    try {
      expect(() => refuseProduction(production, "prod", false)).toThrow("stack prod is in production");
      expect(() => refuseProduction(production, "prod", true)).not.toThrow();
    } finally {
      env.restore();
    }
    expect(() => refuseProduction(planOf("AWS: [3, small]\n"), "prod", false)).not.toThrow();
  });

  test("`storm destroy prod --data` without its backend says where it looked, and asks no cloud", () => {
    const env = { ...process.env, PULUMI_BACKEND_URL: undefined };
    const args = [join(checkout, "cli", "storm.js"), "destroy", "prod", "--data", "--force-production"];
    const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8", env });
    expect(stdout).toBe("There is no stack prod in the state of this checkout (PULUMI_BACKEND_URL names no other)\n");
    expect(stderr).toMatch(/^error: production: true is not deployed: its state is in a folder of one machine/);
    expect(status).toBe(1);
  });

  test("the place is named without what opens it", () => {
    expect(placeOfState({ PULUMI_BACKEND_URL: "postgres://me:canary@host/db?password=canary" })).toBe(
      "the state at postgres://host/db",
    );
    expect(placeOfState({ PULUMI_BACKEND_URL: "s3://bucket/prefix?region=eu-west-1" })).toBe(
      "the state at s3://bucket/prefix",
    );
  });
});

test.each([
  ["alone", {}, undefined],
  ["beside other environments", { dev: "", other: "  storm:env: else\n" }, undefined],
  [
    "beside the stack that only shows outputs",
    { "prod-outputs": "  storm:env: prod\n  storm:layers: '[\"outputs\"]'\n" },
    undefined,
  ],
  [
    "beside another of its environment",
    { "prod-base": "  storm:env: prod\n  storm:layers: [base, nodes]\n" },
    "Pulumi.prod-base.yaml is of environment prod, too, and what that makes has the same tags",
  ],
  [
    "beside one whose name is the environment",
    { live: "  storm:env: prod\n", x: "  storm:env: prod\n" },
    "Pulumi.live.yaml, Pulumi.x.yaml are of environment prod, too, and what that makes has the same tags",
  ],
])("whose environment it is: %s", (_, others, words) => {
  const configs: Record<string, string> = { prod: "", ...others };
  const files = Object.entries(configs).map(([stack, lines]) => [configFile(stack, folder), lines] as const);
  for (const [file, lines] of files) writeFileSync(file, `config:\n${lines}`);
  expect(sharedBy("prod", folder)).toBe(words);
  for (const [file] of files) rmSync(file);
});

test("a stack that makes some layers only is not alone in its environment", () => {
  const file = configFile("prod-apps", folder);
  writeFileSync(file, "config:\n  storm:env: prod\n  storm:layers: [apps]\n");
  expect(sharedBy("prod-apps", folder)).toContain("stack prod-apps is one of several that make its environment");
  rmSync(file);
});

describe("by a config of this checkout", () => {
  const stack = `sweep${process.pid}`;
  const gone = { backend: new FolderBackend(join(folder, "none"), "storm"), gone: true, forceProduction: false };
  const configured = (text: string, more = "") => {
    writeFileSync(join(folder, "storm.yml"), text);
    writeFileSync(configFile(stack), `config:\n  storm:file: ${join(folder, "storm.yml")}\n${more}`);
  };
  afterEach(() => rmSync(configFile(stack), { force: true }));

  test("without one, and without a cloud, there is nothing to look at", async () => {
    expect(await sweepOf(stack, gone, new Written())).toBeUndefined();
    configured("Local: [3, small]\n");
    expect(await sweepOf(stack, gone, new Written())).toBeUndefined();
  });

  test("what is wrong with storm.yml is said, and that nobody looked", async () => {
    configured("Nonsense: 3\n");
    const said = new Written();
    const swept = await sweepOf(stack, gone, said);
    expect(said.text).toContain("Nonsense");
    expect(swept).toEqual({ notLooked: "storm.yml names them, and the above is wrong with it" });
    if (swept !== undefined) await sweepAll(swept, said, typing("storm-prod"));
    expect(said.text).toContain("The clouds are not looked at for what is left: storm.yml names them");
    expect(process.exitCode).toBe(1);
  });

  test("part of an environment is not swept", async () => {
    configured(`${ADMINS}AWS: [3, small]\n`, "  storm:env: x\n  storm:layers: [apps]\n");
    expect(await sweepOf(stack, gone, new Written())).toEqual({
      notLooked: expect.stringContaining("storm:layers") as string,
    });
  });

  test("a token that only the stack opens is not asked for when that is gone; the environment's is taken", async () => {
    configured(`${ADMINS}DigitalOcean: [3, small]\n`, "  digitalocean:token:\n    secure: v1:x\n");
    const bare = { ...process.env, DIGITALOCEAN_TOKEN: "", DIGITALOCEAN_ACCESS_TOKEN: "" };
    const tokens: unknown[] = [];
    for (const own of [{}, { DIGITALOCEAN_TOKEN: "own" }]) {
      const env = jest.replaceProperty(process, "env", { ...bare, ...own });
      try {
        const swept = await sweepOf(stack, gone, new Written());
        tokens.push(swept !== undefined && "sources" in swept && swept.sources.digitalOceanToken);
      } finally {
        env.restore();
      }
    }
    expect(tokens).toEqual([undefined, "own"]);
  });
});

describe("with credentials", () => {
  const swept = (...backends: FolderBackend[]) => ({ plan: PLAN, sources: served.sources, backends });

  test.each(["i-1", "/SUBSCRIPTIONS/s/resourcegroups/storm-prod-azure-westeurope", "1"])(
    "what some state knows is no leftover, and nothing is deleted: %s",
    async (id) => {
      const said = new Written();
      await sweepAll(swept(backendWith("prod-apps", []), backendWith("prod-base", [id])), said, typing("storm-prod"));
      expect(said.text).toContain("AWS eu-west-1: machine i-1\n");
      expect(said.text).toContain("Nothing of it was deleted: the state of prod-base has some of it");
      expect(clouds.deleted).toEqual([]);
      expect(process.exitCode).toBe(1);
    },
  );

  test("what none knows is asked to go when somebody types the name; while some of it is there, the exit code is 1", async () => {
    await sweepAll(swept(backendWith("dev", ["i-2", "2"])), new Written(), typing("storm-prod"));
    expect(clouds.deleted).toEqual(["i-1", "vol-1", "storm-prod-azure-westeurope", "/v2/droplets/1"]);
    expect(process.exitCode).toBe(1);
    process.exitCode = undefined;
    clouds.settle();
    const plan = { ...PLAN, sites: PLAN.sites.slice(1) };
    await sweepAll({ ...swept(), plan }, new Written(), typing(undefined));
    expect(process.exitCode).toBeUndefined();
  });

  test("a state that cannot be read deletes nothing", async () => {
    const broken = Object.assign(backendWith("prod", []), { state: () => Promise.reject(new Error("no key")) });
    await expect(sweepAll(swept(broken), new Written(), typing("storm-prod"))).rejects.toThrow("no key");
    expect(clouds.deleted).toEqual([]);
  });

  test("ids are those of the states", async () => {
    const found = (await look(PLAN, served.sources)).flatMap((each) => ("found" in each ? each.found : []));
    expect(found.map(({ id }) => id)).toEqual([
      "i-1",
      "vol-1",
      undefined,
      "/subscriptions/s/resourceGroups/storm-prod-azure-westeurope",
      "1",
    ]);
  });
});
