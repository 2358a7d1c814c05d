import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { dataDisks, keptWithData } from "../../cli/kept-data";
import { letGo, LettingGo, prepared, putBack } from "../../cli/letting-go";
import { StormStack } from "../../cli/workspace";
import { type StateResource, stateOf } from "../../tools/backend";
import { temporaryFolder, Written } from "../tools/support";

const folder = temporaryFolder();

const GROUP = "/subscriptions/s/resourceGroups/storm-prod-azure";
const urnOf = (type: string, name: string) => `urn:pulumi:prod::storm::${type}::${name}`;

function resource(
  type: string,
  name: string,
  id: string | undefined,
  more: Partial<StateResource> = {},
): StateResource {
  return { type, urn: urnOf(type, name), id, ...more };
}

const ROOT = resource("pulumi:pulumi:Stack", "storm-prod", undefined);
const PROVIDER = resource("pulumi:providers:azure-native", "default", "p1");
const POOL = resource("storm:x:Pool", "pool", undefined, { parent: ROOT.urn });
const RG = resource("azure-native:resources:ResourceGroup", "azure", GROUP, {
  parent: ROOT.urn,
  provider: `${PROVIDER.urn}::p1`,
});
const TAG = resource("digitalocean:index/tag:Tag", "tag", "tag", { parent: POOL.urn });
const DISK = resource("azure-native:compute:Disk", "data-1", `${GROUP}/providers/Microsoft.Compute/disks/data-1`, {
  ...{ parent: POOL.urn, provider: `${PROVIDER.urn}::p1`, protect: true },
  ...{ dependencies: [RG.urn, TAG.urn], propertyDependencies: { group: [RG.urn], tags: [TAG.urn], size: null } },
});
const ZONE = resource("aws:route53/zone:Zone", "zone", "Z1", { parent: ROOT.urn, protect: true });
const MACHINE = resource("azure-native:compute:VirtualMachine", "data-1", "vm-1", {
  parent: POOL.urn,
  dependencies: [DISK.urn],
});
const RESOURCES = [ROOT, PROVIDER, POOL, RG, TAG, DISK, ZONE, MACHINE];
const STATE = stateOf({ resources: RESOURCES });
const KEPT = keptWithData(STATE);

const flags = (resources: readonly StateResource[]) =>
  resources.flatMap(({ urn, protect, retainOnDelete }) => {
    const words = [protect && "protected", retainOnDelete && "retained"].filter(Boolean);
    return words.length === 0 ? [] : [`${urn.split("::").slice(2).join(" ")}: ${words.join(", ")}`];
  });

/** An engine with this state; what is imported there is its state from then on. */
class Engine {
  readonly name = "prod";
  readonly asked: string[] = [];
  constructor(public resources: readonly StateResource[]) {}

  uninterrupted<T>(work: () => Promise<T>): Promise<T> {
    return work();
  }

  run(args: readonly string[], input?: string) {
    this.asked.push(args.join(" "));
    const exported = { version: 3, deployment: { manifest: { time: "t" }, resources: this.resources } };
    if (args[1] === "import") {
      const imported = JSON.parse(input ?? "") as typeof exported;
      expect(imported).toMatchObject({ version: 3, deployment: { manifest: { time: "t" } } });
      this.resources = imported.deployment.resources;
    }
    return Promise.resolve({ stdout: JSON.stringify(exported), stderr: "", code: 0 });
  }
}

const begun = async (engine: Engine, { data = false, unprotect = false, shown = dataDisks(STATE) } = {}) => {
  const lettingGo = new LettingGo({ shown, data, unprotect });
  await lettingGo.begin(engine);
  return lettingGo;
};

test("what is kept is retained, and Azure's group with it; what is protected stays so unless somebody forces it", () => {
  expect(flags(letGo(RESOURCES, KEPT, false))).toEqual([
    "azure-native:resources:ResourceGroup azure: retained",
    "azure-native:compute:Disk data-1: protected, retained",
    "aws:route53/zone:Zone zone: protected",
  ]);
  expect(flags(letGo(RESOURCES, KEPT, true))).toEqual([
    "azure-native:resources:ResourceGroup azure: retained",
    "azure-native:compute:Disk data-1: retained",
  ]);
});

test("what an earlier run was to keep goes with --data all the same", async () => {
  const engine = new Engine(letGo(RESOURCES, KEPT, false));
  await begun(engine, { data: true, unprotect: true });
  expect(flags(engine.resources)).toEqual([]);
});

test("the state goes through standard input, and is left alone when nothing of it changes", async () => {
  const engine = new Engine([ROOT, POOL, MACHINE]);
  await begun(engine, { shown: [] });
  expect(engine.asked).toEqual(["stack export --stack prod"]);
  const other = new Engine(RESOURCES);
  const { kept } = await begun(other);
  expect(other.asked).toEqual(["stack export --stack prod", "stack import --stack prod"]);
  expect(kept).toEqual(KEPT);
});

test.each([
  ["a pool with a volume came meanwhile", [], "not shown: data-1"],
  [
    "another disk has its name",
    dataDisks(STATE).map((disk) => ({ ...disk, id: "old" })),
    "not there any more: data-1 (old)",
  ],
])("nothing is destroyed when %s", async (_, shown, hint) => {
  for (const data of [true, false]) {
    const engine = new Engine(RESOURCES);
    await expect(begun(engine, { shown, data, unprotect: true })).rejects.toMatchObject({
      message: "the disks of stack prod are not those that were shown",
      hints: expect.arrayContaining([expect.stringContaining(hint)]) as string[],
    });
    expect(engine.resources).toEqual(RESOURCES);
  }
});

test("after a failure what is left is protected again, and kept disks are the stack's again, with what they hang on", async () => {
  const engine = new Engine(RESOURCES);
  const lettingGo = await begun(engine, { unprotect: true });
  // The engine came as far as the pool: the disk is forgotten, the tag is gone.
  const gone = [MACHINE, TAG, DISK, POOL].map(({ urn }) => urn);
  engine.resources = engine.resources.filter(({ urn }) => !gone.includes(urn));
  await lettingGo.giveUp(engine);
  expect(engine.resources.map(({ urn }) => urn)).toEqual([ROOT, PROVIDER, POOL, RG, DISK, ZONE].map(({ urn }) => urn));
  expect(flags(engine.resources)).toEqual([
    "azure-native:compute:Disk data-1: protected",
    "aws:route53/zone:Zone zone: protected",
  ]);
  expect(engine.resources[4]).toMatchObject({
    dependencies: [RG.urn],
    propertyDependencies: { group: [RG.urn], tags: [], size: [] },
  });
});

test("a provider that went comes back with the disk; with --data nothing comes back", () => {
  const urns = (kept: typeof KEPT) => putBack(RESOURCES, [ROOT], kept).map(({ urn }) => urn);
  expect(urns(KEPT)).toEqual([ROOT, PROVIDER, POOL, RG, DISK].map(({ urn }) => urn));
  expect(urns([])).toEqual([ROOT.urn]);
});

test("before it has begun there is nothing to put back; and a refused begin changes nothing", async () => {
  const engine = new Engine(RESOURCES);
  const lettingGo = new LettingGo({ shown: [], data: false, unprotect: true });
  await expect(lettingGo.begin(engine)).rejects.toThrow("not those that were shown");
  await lettingGo.giveUp(engine);
  expect(engine.asked).toEqual(["stack export --stack prod"]);
});

test("after Ctrl-C the state is put back by commands that it does not stop; the error stays the interrupt's", async () => {
  const path = join(folder, "pulumi");
  const [log, state] = [join(folder, "log"), join(folder, "state")];
  writeFileSync(
    path,
    `#!/bin/sh\necho "$1 $2" >>${log}\nif [ "$2" = import ]; then cat >${state}; else cat ${state}; fi\n`,
  );
  chmodSync(path, 0o755);
  writeFileSync(state, JSON.stringify({ deployment: { resources: [ROOT, ZONE] } }));
  const stack = new StormStack("prod", {
    engine: { path, version: "3.220.0", origin: "built" },
    plugins: "stand-in",
  });
  const interrupt = new AbortController();
  stack.endOn(interrupt.signal);
  const said = new Written();
  const preparation = new LettingGo({ shown: [], data: false, unprotect: true });
  const work = prepared(preparation, stack, said, async () => {
    expect(readFileSync(state, "utf8")).not.toContain("protect");
    interrupt.abort();
    await stack.run(["destroy"]);
  });
  await expect(work).rejects.toThrow("`pulumi destroy` was ended by SIGINT");
  expect(readFileSync(log, "utf8")).toBe("stack export\nstack import\nstack export\nstack import\n");
  expect(JSON.parse(readFileSync(state, "utf8"))).toEqual({ deployment: { resources: [ROOT, ZONE] } });
  expect(said.text).toBe("");
});

test("that the state could not be put back is said, and the error stays the first one", async () => {
  const said = new Written();
  const preparation = {
    begin: () => Promise.resolve(),
    giveUp: () => Promise.reject(new Error("it is locked")),
  };
  const engine = new Engine([]);
  const work = prepared(preparation, engine, said, () => Promise.reject(new Error("refused")));
  await expect(work).rejects.toThrow("refused");
  expect(said.text).toBe("The state could not be put back as it was: it is locked\n");
});
