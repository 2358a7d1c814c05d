/** A stack of the lab: the settings of the real one of that name, but for what only the real clouds understand. */
import { writeFileSync } from "node:fs";
import { dump } from "js-yaml";
import { labInternet } from "../lab/clouds/client";
import { INTERNET } from "../lab/clouds/world";
import type { Plan } from "../plan/types";
import { readIfThere } from "../tools/files";
import { labFolder } from "../tools/lab-clouds";
import { sources } from "../tools/paths";
import type { Output } from "../tools/report";
import { configFile, hasIpvs, readConfig, type StackConfig } from "./config";
import { hostsKey } from "./lab-hosts-key";
import { loadFor } from "./preflight";
import type { StormStack } from "./workspace";

/** What is encrypted for a real stack is neither readable here nor of use. */
function isPlain(value: unknown): boolean {
  return typeof value !== "object" || value === null || !("secure" in value);
}

/** Config of the real stack of this name, if there is one: what a rehearsal is a rehearsal of. */
function realConfig(stack: string): StackConfig {
  return Object.fromEntries(Object.entries(readConfig(stack, sources)).filter(([, value]) => isPlain(value)));
}

/** The lab's own word on who administers, and where state is. */
function labConfig(config: StackConfig): StackConfig {
  const spec = (config["storm:spec"] ?? {}) as { network?: object }; // the program checks it
  return {
    ...config,
    "storm:spec": { ...spec, network: { ...spec.network, adminCidrs: [`${INTERNET.admin}/32`] } },
    // As a cloud's machines: images by their public names. Only the kernel is this machine's.
    "storm:local": { nodeImage: "", cacheImage: "", cacheEnvironment: {}, offline: false, ipvs: hasIpvs() },
    "storm:allowLocalState": "true",
  };
}

/** Writes the config of a stack that the lab does not know yet; what is there stays the user's. */
export function ensureLabConfig(stack: string): void {
  if (readIfThere(configFile(stack)) !== undefined) return;
  writeFileSync(configFile(stack), dump({ config: labConfig(realConfig(stack)) }), { mode: 0o600 });
}

/** Secrets that the lab hands out, where the plan asks for them; they go to the engine by standard input. */
export async function ensureLabSecrets(stormStack: StormStack, plan: Plan): Promise<void> {
  const config = readConfig(stormStack.name);
  const give = (key: string, value: string) =>
    stormStack.run(["config", "set", "--secret", "--stack", stormStack.name, key], value);
  if (plan.tls.from === "acme" && plan.dns !== undefined && config["storm:acme"] === undefined) {
    const { credentials } = await labInternet(labFolder);
    await give("storm:acme", JSON.stringify(credentials[plan.dns.provider]));
  }
  const key = hostsKey();
  const hosts = plan.sites.some(({ provider }) => provider === "hosts");
  // Without a key nobody has made a machine yet: the program says what it needs.
  if (hosts && key !== undefined && config["storm:hostsKey"] === undefined) await give("storm:hostsKey", key);
}

/** Everything that a stack of the lab needs before an engine's command on it that is not Storm's own. */
export async function ensureLabStack(stormStack: StormStack, output: Output): Promise<void> {
  ensureLabConfig(stormStack.name);
  await stormStack.open();
  const { plan } = await loadFor(stormStack.name, {}, output);
  await ensureLabSecrets(stormStack, plan);
}
