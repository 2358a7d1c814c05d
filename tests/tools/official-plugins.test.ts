import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { cannotVerify } from "../../cli/commands/verify-official";
import { CLOUD_PLUGINS, PLUGINS } from "../../lab/plugins/bundle";
import { formatError } from "../../tools/errors";
import { ensureOfficialPlugins, installer, officialHome } from "../../tools/official-plugins";
import { temporaryFolder } from "./support";

const root = temporaryFolder();
const ALL = Object.entries({ ...PLUGINS, ...CLOUD_PLUGINS });
const place = (home: string, name: string, version: string, file = `pulumi-resource-${name}`) => {
  const folder = join(root, home, "plugins", `resource-${name}-v${version}`);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), "");
};

test("what cannot be had is named, each with its reason, and what to do", async () => {
  const missing = await ensureOfficialPlugins(join(root, "none"), () =>
    Promise.reject(new Error("trying\nno such host")),
  );
  expect(missing).toEqual(ALL.map(([name, version]) => ({ name, version, reason: "no such host" })));
  const text = formatError(cannotVerify(missing));
  expect(text).toContain("error: nothing was verified: official plugins are missing\n");
  expect(text).toContain(`  aws ${CLOUD_PLUGINS.aws}: no such host\n`);
  expect(text).toContain("STORM_SETUP=official npm run verify:official");
});

test("what is there is not asked for again; what comes is looked at", async () => {
  const asked: string[] = [];
  place("some", "aws", CLOUD_PLUGINS.aws);
  const install = (name: string, version: string) => {
    asked.push(name);
    if (name !== "tls") place("some", name, version);
    return Promise.resolve();
  };
  const missing = await ensureOfficialPlugins(join(root, "some"), install);
  expect(asked.sort()).toEqual(["azure-native", "command", "digitalocean", "tls"]);
  expect(missing.map(({ name, reason }) => [name, reason.split(" in ")[0]])).toEqual([
    ["tls", "its download left nothing"],
  ]);
});

test("a stand-in, or a download that was cut short, is no official plugin", async () => {
  for (const [name, version] of ALL) place("mixed", name, version);
  expect(await ensureOfficialPlugins(join(root, "mixed"), undefined)).toEqual([]);
  place("mixed", "aws", CLOUD_PLUGINS.aws, "plugin.cjs");
  writeFileSync(join(root, "mixed", "plugins", `resource-tls-v${PLUGINS.tls}.partial`), "");
  const missing = await ensureOfficialPlugins(join(root, "mixed"), undefined);
  expect(missing.map(({ name }) => name).sort()).toEqual(["aws", "tls"]);
  expect(missing.find(({ name }) => name === "aws")?.reason).toContain("a stand-in is in its place");
});

test("nothing is tried where set-up had to build the engine, unless that is asked for; and never in a real stack's home", () => {
  const built = { path: "/engine", version: "3.220.0", origin: "built" } as const;
  const home = join(root, "home");
  expect(installer("auto", built, home, () => undefined)).toBeUndefined();
  expect(installer("registries", { ...built, origin: "downloaded" }, home, () => undefined)).toBeUndefined();
  expect(installer("official", built, home, () => undefined)).toBeInstanceOf(Function);
  expect(officialHome({ STORM_CACHE: "/cache" })).toBe("/cache/official-plugins");
  expect(officialHome({ PULUMI_HOME: "/own" })).toBe("/own");
});
