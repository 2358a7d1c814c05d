import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { acmeCredentialErrors } from "../boot/acme";
import type { LocalMachine } from "../components/local-machine";
import type { LoadSettings } from "../load";
import { unreachable } from "../plan/admins";
import { REPLACING, type Replacing } from "../plan/replacing";
import type { Plan, Provider } from "../plan/types";
import type { StackPlace } from "../production";
import { layerSettings, type LayerSettings } from "./layers";

export interface Settings {
  load: LoadSettings;
  machine: LocalMachine | undefined;
  /** OpenSSH private key that lets the program into the machines under `Hosts`; always secret. */
  hostsKey: pulumi.Output<string> | undefined;
  place: StackPlace;
  /** How several managers may be made anew (plan/changes.ts). */
  replacing: Replacing;
  /** The same of several workers of a pool (plan/side-by-side.ts). */
  replacingWorkers: Replacing;
  layers: LayerSettings;
  /** Layer outputs only, where its key does not open the upstream's secrets: the operators' word for it. */
  credential: pulumi.Output<unknown> | undefined;
}

/** Everything that the program is told: by stack config, and nothing that is deployed by the shell's environment. */
export function readSettings(directory: string): Settings {
  const config = new pulumi.Config("storm");
  const machine = config.getObject<LocalMachine>("local");
  return {
    machine,
    // Config may have lost the last line's end, which OpenSSH's form has.
    hostsKey: config.getSecret("hostsKey")?.apply((key) => `${key.trim()}\n`),
    replacing: replacing("replaceManagers", config.get("replaceManagers")),
    replacingWorkers: replacing("replaceWorkers", config.get("replaceWorkers")),
    place: {
      directory,
      stack: pulumi.getStack(),
      // The engine hands its own environment on; there is no other way to ask it for its backend.
      backend: process.env["PULUMI_BACKEND_URL"],
      allowed: config.getBoolean("allowLocalState") ?? false,
    },
    layers: layerSettings(list(config.get("layers")), list(config.get("upstream"))),
    credential: config.getSecretObject("credential"),
    load: {
      directory,
      file: config.get("file") ?? "storm.yml",
      env: config.get("env") ?? pulumi.getStack(),
      spec: config.getObject("spec"),
      // A cloud's kernels have it.
      ipvs: machine?.ipvs ?? true,
      offline: machine?.offline ?? false,
      buildDirectory: path.join(directory, ".storm", "builds"),
    },
  };
}

/** @throws Error when it is not one of the words. */
export function replacing(key: string, value: unknown): Replacing {
  const word = REPLACING.find((each) => each === value);
  if (word === undefined && value !== undefined)
    throw new Error(
      `stack config storm:${key} must be ${REPLACING.join(" or ")}, or not be there; got ${JSON.stringify(value)}`,
    );
  return word;
}

/** A list or map as Pulumi's config has it, JSON; one word may stand as it is. */
function list(value: string | undefined): unknown {
  if (value === undefined || !/^\s*[[{"]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Error(`stack config storm:layers and storm:upstream must be JSON or one word, got ${value}`);
  }
}

/** @throws Error when the plan has nodes of a kind that needs a setting which is not there. */
export function checkSettings(plan: Plan, { machine, hostsKey, layers }: Settings): void {
  if (!layers.here.includes("nodes")) return;
  const has = (provider: Provider) => plan.sites.some((site) => site.provider === provider);
  if (has("local") && !(machine?.nodeImage && machine.cacheImage))
    throw new Error(
      "stack config storm:local is missing: run `npm start` once, which finds out what this machine can do",
    );
  // A preview may show what there would be; an update would end at the first machine.
  const reason = unreachable(plan);
  if (reason !== undefined && !pulumi.runtime.isDryRun()) throw new Error(reason);
  if (has("hosts") && hostsKey === undefined)
    throw new Error(
      "stack config storm:hostsKey is missing, the private key that lets the program into the machines under Hosts: " +
        "run `pulumi config set --secret storm:hostsKey < KEYFILE` (OpenSSH's form, no passphrase)",
    );
  checkSecret("hostsKey", "`pulumi config set --secret storm:hostsKey < KEYFILE`");
}

/**
 * What must be secret and is there must have been set with --secret: else it is plain in Pulumi.<stack>.yaml, and the engine, which
 * hands config of `storm:` to the provider of that name too, shows it there as it is.
 * @param how the command that sets it
 */
export function checkSecret(key: "hostsKey" | "acme" | "credential", how: string): void {
  const name = `storm:${key}`;
  if (pulumi.runtime.getConfig(name) === undefined || isConfigSecret(name)) return;
  throw new Error(
    `stack config ${name} is not secret, so it is readable in Pulumi.${pulumi.getStack()}.yaml: run ${how}, and make the credential anew if others have seen the file`,
  );
}

/** The SDK has it, for its own warnings, and leaves it out of its types. */
function isConfigSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}

/**
 * Stack config `storm:acme`, when certificates come by ACME: what lego needs to write records in the zone. Checked here, for an error
 * from within an output would be a stack trace.
 * @throws Error that says how to set it.
 */
export function acmeCredential(plan: Plan): pulumi.Output<Record<string, string>> | undefined {
  if (plan.tls.from !== "acme" || plan.dns === undefined) return undefined;
  const text = pulumi.runtime.getConfig("storm:acme");
  const value = parsed(text);
  const problems = text === undefined ? ["is missing"] : acmeCredentialErrors(plan.dns.provider, value);
  if (problems.length > 0)
    throw new Error(
      `stack config storm:acme: ${problems.join("; ")}. tls: acme writes records at ${plan.dns.provider} with it; set each by ` +
        "`pulumi config set --secret --path storm:acme.NAME` (docs/https.md has the names)",
    );
  checkSecret("acme", "`pulumi config set --secret --path storm:acme.NAME` for each of its names");
  return pulumi.secret(value as Record<string, string>); // acmeCredentialErrors has seen to it
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
