import { isAbsolute, join, relative, resolve } from "node:path";
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isDeepStrictEqual } from "node:util";
import { load } from "js-yaml";
import { UserError } from "../tools/errors";
import { readIfThere } from "../tools/files";
import { checkout } from "../tools/paths";
import type { LabSetup } from "../tools/setup";
import { decidedConfig } from "./config-journal";

/** Values of Pulumi.<stack>.yaml, as the program reads them. */
export type StackConfig = Record<string, unknown>;

/** What set-up found on this machine: stack config `storm:local`, read by components/pools/local.ts. */
export function localConfig(setup: LabSetup, ipvs: boolean): Record<string, unknown> {
  return {
    nodeImage: setup.nodeImage,
    cacheImage: setup.imageCache.reference,
    cacheEnvironment: setup.imageCache.environment,
    offline: setup.imageCache.mode === "offline",
    ipvs,
  };
}

/**
 * The kernel's IP_VS: without it service VIPs and Swarm's routing mesh do not answer. A module that is there and not loaded is
 * loaded, else a later load by something else would deploy every stack anew.
 */
export function loadIpvs(): boolean {
  if (!hasIpvs()) spawnSync("modprobe", ["--quiet", "ip_vs"], { stdio: "ignore" });
  return hasIpvs();
}

/** Whether the kernel has IP_VS loaded. */
export function hasIpvs(): boolean {
  return existsSync("/proc/net/ip_vs");
}

/** Config of a stack of this checkout, or of the one in `folder`; without what another run only tries there. */
export function readConfig(stack: string, folder = checkout): StackConfig {
  const there = readIfThere(configFile(stack, folder));
  const text = folder === checkout ? decidedConfig(stack, there) : there;
  const document = text === undefined ? undefined : (load(text) as { config?: StackConfig } | undefined);
  return document?.config ?? {};
}

/** Whether all of a stack's config is what `npm start` writes; other keys are the user's, who may want them again. */
export function isOurs(config: StackConfig): boolean {
  return Object.keys(config).every((key) => ["storm:file", "storm:local"].includes(key));
}

/** Whether set-up found no way out: images come from the image cache alone. */
export function isOffline(config: StackConfig): boolean {
  return machineOf(config).offline === true;
}

/** What the program will take for the nodes' machines (stacks/settings.ts): a cloud's kernels have IP_VS, and a way out. */
export function nodeAbilities(config: StackConfig): { offline: boolean; ipvs: boolean } {
  const { ipvs } = machineOf(config);
  return { offline: isOffline(config), ipvs: typeof ipvs === "boolean" ? ipvs : true };
}

function machineOf(config: StackConfig): { offline?: unknown; ipvs?: unknown } {
  return (config["storm:local"] ?? {}) as { offline?: unknown; ipvs?: unknown };
}

export function configFile(stack: string, folder = checkout): string {
  return join(folder, `Pulumi.${stack}.yaml`);
}

/** Where the user is: npm runs its scripts in the checkout. */
export function userFolder(): string {
  return process.env.INIT_CWD ?? process.cwd();
}

/** The storm.yml of an option `--file`, where there is one; see `stormFile`. */
export function optionalFile(given: string | undefined): string | undefined {
  return given === undefined ? undefined : stormFile(given, userFolder());
}

/** A storm.yml given on the command line as the config has it: relative to the checkout where it lies inside. */
export function stormFile(given: string, cwd: string): string {
  const path = resolve(cwd, given);
  if (!existsSync(path)) throw new UserError(`there is no file ${path}`, ["--file names a storm.yml."]);
  const inside = relative(checkout, path);
  return inside.startsWith("..") || isAbsolute(inside) ? path : inside;
}

/** The wanted values that the config does not have yet. */
export function changedValues(current: StackConfig, wanted: StackConfig): StackConfig {
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => !isDeepStrictEqual(current[key], value)));
}

/** Arguments of `pulumi config set-all`: one call, which keeps the file's comments. */
export function setAllArguments(stack: string, values: StackConfig): string[] {
  const entries = Object.entries(values).map(([key, value]) => {
    const isText = typeof value === "string";
    return [
      key,
      { value: isText ? value : JSON.stringify(value), ...(isText ? {} : { objectValue: value }), secret: false },
    ];
  });
  return ["config", "set-all", "--stack", stack, "--json", JSON.stringify(Object.fromEntries(entries))];
}
