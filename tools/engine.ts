import { dirname, join, resolve } from "node:path";
import { existsSync, realpathSync } from "node:fs";
import { ensurePulumi } from "../lab/binaries/pulumi";
import { run } from "./command";
import { UserError } from "./errors";
import { findOnPath } from "./find-on-path";
import type { SetupMode } from "./setup-mode";
import type { Say } from "./steps";

/** The Pulumi engine in use. */
export interface Engine {
  /** The executable `pulumi`; its language host lies beside it. */
  path: string;
  version: string;
  /** "installed" by the user, "downloaded" from its publisher, or "built" from Go modules. */
  origin: "installed" | "downloaded" | "built";
}

/** The oldest engine that this program was tried on; the SDK's own version. */
export const minimumEngine = "3.220.0";

/** Finds the engine without getting one. */
export async function findEngine(mode: SetupMode, env: NodeJS.ProcessEnv = process.env): Promise<Engine | undefined> {
  if (env.STORM_PULUMI) return givenEngine(resolve(env.STORM_PULUMI));
  if (mode === "registries") return undefined;
  const found = findOnPath("pulumi", env);
  if (found === undefined) return undefined;
  const path = realpathSync(found);
  // Without its own language host the engine could only use one from PATH, which PULUMI_IGNORE_AMBIENT_PLUGINS forbids.
  if (!existsSync(join(dirname(path), "pulumi-language-nodejs"))) return undefined;
  const version = await versionOf(path).catch(() => undefined);
  return version !== undefined && isUsable(version) ? { path, version, origin: "installed" } : undefined;
}

/** Finds or gets the engine: the user's own, its publisher's, or built from Go modules. */
export async function ensureEngine(mode: SetupMode, cacheDir: string, say: Say): Promise<Engine> {
  const found = await findEngine(mode);
  if (found !== undefined) return found;
  const { folder, origin } = await ensurePulumi(cacheDir, say);
  const path = join(folder, "pulumi");
  return { path, version: await versionOf(path), origin };
}

async function givenEngine(path: string): Promise<Engine> {
  const version = await versionOf(path);
  if (!isUsable(version))
    throw new UserError(`STORM_PULUMI is Pulumi ${version}; Storm needs ${minimumEngine} or later 3.x`);
  return { path, version, origin: "installed" };
}

async function versionOf(path: string): Promise<string> {
  const { stdout } = await run(path, ["version"], {
    env: { ...process.env, PULUMI_SKIP_UPDATE_CHECK: "true" },
    timeoutMs: 20_000,
  });
  return stdout.trim().replace(/^v/, "");
}

/** Of major version 3, and not older than the SDK. */
export function isUsable(version: string): boolean {
  const [major, minor] = version.split(".").map(Number);
  const [wantedMajor, wantedMinor] = minimumEngine.split(".").map(Number);
  return major === wantedMajor && (minor ?? 0) >= (wantedMinor ?? 0);
}
