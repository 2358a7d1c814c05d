import { chmodSync, existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Engine } from "../../tools/engine";
import { areAsPlaced, placeOfficial, pluginFolder } from "../../tools/sealed-plugins";
import { temporaryFolder } from "./support";

const folder = temporaryFolder();
const versions = { command: "1.2.1", tls: "5.6.1" };
const log = join(folder, "asked");

/** An engine that gets plugins as the real one does, and writes down that it was asked. */
function engine(script = ""): Engine {
  const path = join(folder, "pulumi");
  const install = `place="$PULUMI_HOME/plugins/resource-$4-v$5"; mkdir -p "$place"; echo "$4 $5" >"$place/pulumi-resource-$4"`;
  writeFileSync(path, `#!/bin/sh\nset -eu\necho "$*" >>${log}\n${script}\n${install}\n`);
  chmodSync(path, 0o755);
  return { path, version: "3.220.0", origin: "downloaded" };
}

const asked = () => readFileSync(log, "utf8").trim().split("\n").sort();
const place = (home: string, by = engine()) =>
  placeOfficial(versions, {
    engine: by,
    home: join(folder, home),
    cacheDir: join(folder, "cache"),
    say: () => undefined,
  });
const binary = (home: string) => join(pluginFolder(join(folder, home), "command", "1.2.1"), "pulumi-resource-command");

test("each version is got once for all checkouts, and put in place whole", async () => {
  await place("one");
  await place("two");
  await place("two");
  expect(asked()).toEqual(["plugin install resource command 1.2.1", "plugin install resource tls 5.6.1"]);
  for (const home of ["one", "two"]) {
    expect(readFileSync(binary(home), "utf8")).toBe("command 1.2.1\n");
    expect(readdirSync(join(folder, home))).toEqual(["plugins"]);
    expect(readdirSync(join(folder, home, "plugins")).sort()).toEqual([
      "resource-command-v1.2.1",
      "resource-tls-v5.6.1",
    ]);
  }
});

test("one that was changed is told, and put right without the publisher", async () => {
  writeFileSync(binary("one"), "somebody's own");
  expect(await areAsPlaced(versions, join(folder, "one"))).toBe(false);
  expect(await areAsPlaced(versions, join(folder, "two"))).toBe(true);
  await place("one", engine("exit 1"));
  expect(readFileSync(binary("one"), "utf8")).toBe("command 1.2.1\n");
  expect(await areAsPlaced(versions, join(folder, "one"))).toBe(true);
});

test("what the engine got by itself is left alone", async () => {
  const home = join(folder, "own");
  mkdirSync(pluginFolder(home, "command", "1.2.1"), { recursive: true });
  expect(await areAsPlaced({ command: "1.2.1" }, home)).toBe(true);
});

test("a download that fails leaves nothing", async () => {
  const cacheDir = join(folder, "empty");
  const home = join(folder, "none");
  const failing = placeOfficial(versions, { engine: engine("exit 1"), home, cacheDir, say: () => undefined });
  await expect(failing).rejects.toThrow(/plugin install resource/);
  expect(existsSync(home)).toBe(false);
  expect(readdirSync(join(cacheDir, "plugins"))).toEqual([]);
});
