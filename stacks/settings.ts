import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { acmeCredentialErrors } from "../boot/acme";
import type { LocalMachine } from "../components/local-machine";
import type { LoadSettings } from "../load";
import type { Plan } from "../plan/types";
import type { StackPlace } from "../production";

export interface Settings {
  load: LoadSettings;
  machine: LocalMachine | undefined;
  place: StackPlace;
}

/** Everything that the program is told: by stack config, and nothing that is deployed by the shell's environment. */
export function readSettings(directory: string): Settings {
  const config = new pulumi.Config("storm");
  const machine = config.getObject<LocalMachine>("local");
  return {
    machine,
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

/** @throws Error when the plan has nodes on this machine and set-up has not looked at it yet. */
export function checkMachine(plan: Plan, machine: LocalMachine | undefined): void {
  if (machine?.nodeImage && machine.cacheImage) return;
  if (plan.sites.some((site) => site.provider === "local"))
    throw new Error(
      "stack config storm:local is missing: run `npm start` once, which finds out what this machine can do",
    );
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
  return pulumi.secret(value as Record<string, string>); // acmeCredentialErrors has seen to it
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "");
  } catch {
    return undefined;
  }
}
