import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command";
import { withBuildSlot } from "./build-slots";
import { cachedFolder } from "./cached-folder";
import { shortHash } from "./checksums";
import { type GoTool, findGo } from "./go";
import type { GoRecipe } from "./recipes";
import { type Report, timed } from "./report";

/** Part of the cache's key: raise it when the way of building changes. */
const method = "1";

/**
 * Builds a program from Go modules, once, and gives its path. `go install package@version` is no way: it refuses
 * modules with replace lines. So the build happens in a module of its own that requires the program's.
 */
export async function buildGoModule(recipe: GoRecipe, cacheDir: string, report: Report): Promise<string> {
  const folder = await cachedFolder(cacheDir, cacheName(recipe), report, async (temporary) => {
    const go = await findGo(cacheDir, report);
    await timed(report, `building ${recipe.name} ${recipe.version} with Go ${go.version}`, () =>
      build(recipe, go, temporary, join(cacheDir, "logs", `build-${recipe.name}.log`)),
    );
  });
  return join(folder, recipe.name);
}

/** Where a program lies in the cache: its version, and what it is made from. */
export function cacheName(recipe: GoRecipe, arch: string = process.arch): string {
  return `bin/${recipe.name}-${recipe.version}-${shortHash(method, arch, JSON.stringify(recipe))}`;
}

async function build(recipe: GoRecipe, go: GoTool, folder: string, log: string): Promise<void> {
  const work = join(folder, "module");
  mkdirSync(work);
  rmSync(log, { force: true });
  const options = { cwd: work, log, env: { ...go.env, ...buildEnvironment } };
  const source =
    recipe.replaces === "own" || recipe.added !== undefined ? await download(recipe, go, options) : undefined;
  const replaces = {
    ...(recipe.replaces === "own" ? await ownReplaces(source?.GoMod ?? "", go, options) : recipe.replaces),
    ...(recipe.added === undefined ? {} : { [recipe.module]: await copySource(source?.Dir ?? "", recipe.added, work) }),
  };
  writeFileSync(join(work, "go.mod"), goMod(recipe, replaces));
  // The package must be imported by something, or Go drops its module from go.mod again.
  writeFileSync(join(work, "tools.go"), `//go:build tools\n\npackage tools\n\nimport _ "${recipe.package}"\n`);
  const command = ["build", ...buildFlags(recipe), "-o", join(folder, recipe.name), recipe.package];
  await withBuildSlot(() => run(go.command, command, options));
  rmSync(work, { recursive: true });
}

/** Without cgo a program runs on any Linux, whatever its C library; the rest keeps a user's own settings out. */
const buildEnvironment = {
  CGO_ENABLED: "0",
  GOFLAGS: "-mod=mod",
  GOWORK: "off",
  GOOS: "linux",
  GOARCH: process.arch === "x64" ? "amd64" : process.arch,
};

/** Arguments of `go build` for a recipe. */
export function buildFlags(recipe: GoRecipe): string[] {
  const variables = Object.entries(recipe.variables ?? {}).map(([name, value]) => `-X ${name}=${value}`);
  const tags = recipe.tags === undefined ? [] : ["-tags", recipe.tags.join(",")];
  return ["-trimpath", ...tags, "-ldflags", ["-s", "-w", ...variables].join(" ")];
}

/** The go.mod of the module in which a program is built. */
export function goMod(recipe: GoRecipe, replaces: Record<string, string>): string {
  const required = { [recipe.module]: `v${recipe.version}`, ...recipe.requires };
  return [
    "module storm/build",
    `go ${recipe.goVersion}`,
    ...Object.entries(required).map(([module, version]) => `require ${module} ${version}`),
    ...Object.entries(replaces).map(([from, to]) => `replace ${from} => ${to}`),
    "",
  ].join("\n");
}

interface GoModJson {
  Replace: { Old: { Path: string; Version?: string }; New: { Path: string; Version?: string } }[] | null;
}

interface ModuleSource {
  GoMod: string;
  Dir: string;
}

interface CommandOptions {
  cwd: string;
  log: string;
  env: NodeJS.ProcessEnv;
}

async function download(recipe: GoRecipe, go: GoTool, options: CommandOptions): Promise<ModuleSource> {
  const args = ["mod", "download", "-json", `${recipe.module}@v${recipe.version}`];
  return JSON.parse((await run(go.command, args, options)).stdout) as ModuleSource;
}

/** A copy of a module's source with more files in it; gives its path for a replace line. */
async function copySource(source: string, added: Record<string, string>, work: string): Promise<string> {
  const copy = join(work, "source");
  cpSync(source, copy, { recursive: true });
  // Go keeps its modules read-only, folders included: nothing could be added, nor the copy removed.
  await run("chmod", ["-R", "u+w", copy]);
  for (const [name, text] of Object.entries(added)) writeFileSync(join(copy, name), text);
  return "./source";
}

/** The replace lines of a module's own go.mod, but for those that name folders beside it. */
async function ownReplaces(file: string, go: GoTool, options: CommandOptions): Promise<Record<string, string>> {
  return replacesOf((await run(go.command, ["mod", "edit", "-json", file], options)).stdout);
}

/** Replace lines from the output of `go mod edit -json`. */
export function replacesOf(json: string): Record<string, string> {
  const { Replace } = JSON.parse(json) as GoModJson;
  const elsewhere = (Replace ?? []).filter((line) => line.New.Version !== undefined);
  return Object.fromEntries(
    elsewhere.map(({ Old, New }) => [
      [Old.Path, Old.Version].filter(Boolean).join(" "),
      `${New.Path} ${New.Version ?? ""}`.trim(),
    ]),
  );
}
