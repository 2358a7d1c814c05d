import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findEngine, isUsable } from "../../tools/engine";
import { setupMode } from "../../tools/setup-mode";
import { temporaryFolder } from "./support";

const folder = temporaryFolder();

/** A folder with an engine of this version, with or without its language host. */
function engine(version: string, languageHost = true): string {
  const place = join(folder, `${version}-${languageHost}`);
  mkdirSync(place, { recursive: true });
  for (const name of ["pulumi", ...(languageHost ? ["pulumi-language-nodejs"] : [])]) {
    writeFileSync(join(place, name), `#!/bin/sh\necho v${version}\n`);
    chmodSync(join(place, name), 0o755);
  }
  return place;
}

test("set-up's mode", () => {
  expect([undefined, "", "official"].map((mode) => setupMode({ STORM_SETUP: mode }))).toEqual([
    "auto",
    "auto",
    "official",
  ]);
  expect(() => setupMode({ STORM_SETUP: "magic" })).toThrow("STORM_SETUP=magic is unknown");
});

test("engines that will do", () => {
  expect(["3.220.0", "3.259.0", "3.219.9", "4.0.0", "2.1.0"].map(isUsable)).toEqual([true, true, false, false, false]);
});

test("the user's own engine is taken, if it is complete and new enough", async () => {
  const good = engine("3.230.1");
  const found = { path: join(good, "pulumi"), version: "3.230.1", origin: "installed" };
  expect(await findEngine("auto", { PATH: good })).toEqual(found);
  expect(await findEngine("official", { PATH: good })).toEqual(found);
  // Package registries alone: neither theirs nor the publisher's.
  expect(await findEngine("registries", { PATH: good })).toBeUndefined();
  expect(await findEngine("auto", { PATH: engine("3.230.1", false) })).toBeUndefined();
  expect(await findEngine("auto", { PATH: engine("3.100.0") })).toBeUndefined();
  expect(await findEngine("auto", { PATH: folder })).toBeUndefined();
});

test("STORM_PULUMI is taken in every mode, and said no to where it is too old", async () => {
  const given = join(engine("3.220.0"), "pulumi");
  expect(await findEngine("registries", { STORM_PULUMI: given })).toMatchObject({ path: given, version: "3.220.0" });
  const old = findEngine("auto", { STORM_PULUMI: join(engine("3.100.0"), "pulumi") });
  await expect(old).rejects.toThrow("STORM_PULUMI is Pulumi 3.100.0; Storm needs 3.220.0 or later 3.x");
});
