import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { LocalMachine } from "../components/local-machine";
import type { LoadSettings } from "../load";
import type { Plan, Provider } from "../plan/types";
import type { StackPlace } from "../production";

export interface Settings {
  load: LoadSettings;
  machine: LocalMachine | undefined;
  /** OpenSSH private key that lets the program into the machines under `Hosts`; always secret. */
  hostsKey: pulumi.Output<string> | undefined;
  place: StackPlace;
}

/** Everything that the program is told: by stack config, and nothing that is deployed by the shell's environment. */
export function readSettings(directory: string): Settings {
  const config = new pulumi.Config("storm");
  const machine = config.getObject<LocalMachine>("local");
  return {
    machine,
    // Config may have lost the last line's end, which OpenSSH's form has.
    hostsKey: config.getSecret("hostsKey")?.apply((key) => `${key.trim()}\n`),
    place: {
      directory,
      stack: pulumi.getStack(),
      // The engine hands its own environment on; there is no other way to ask it for its backend.
      backend: process.env["PULUMI_BACKEND_URL"],
      allowed: config.getBoolean("allowLocalState") ?? false,
    },
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

/** @throws Error when the plan has nodes of a kind that needs a setting which is not there. */
export function checkSettings(plan: Plan, { machine, hostsKey }: Settings): void {
  const has = (provider: Provider) => plan.sites.some((site) => site.provider === provider);
  if (has("local") && !(machine?.nodeImage && machine.cacheImage))
    throw new Error(
      "stack config storm:local is missing: run `npm start` once, which finds out what this machine can do",
    );
  if (has("hosts") && hostsKey === undefined)
    throw new Error(
      "stack config storm:hostsKey is missing, the private key that lets the program into the machines under Hosts: " +
        "run `pulumi config set --secret storm:hostsKey < KEYFILE` (OpenSSH's form, no passphrase)",
    );
  // The engine hands config of this name to the provider `storm` too, and shows it there as it is.
  if (hostsKey !== undefined && !isConfigSecret("storm:hostsKey"))
    throw new Error(
      "stack config storm:hostsKey is not secret: run `pulumi config set --secret storm:hostsKey < KEYFILE`",
    );
}

/** Whether stack config was set with --secret. The SDK has it, for its own warnings, and leaves it out of its types. */
function isConfigSecret(key: string): boolean {
  return (pulumi.runtime as unknown as { isConfigSecret(key: string): boolean }).isConfigSecret(key);
}
