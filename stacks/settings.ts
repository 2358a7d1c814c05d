import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { LocalMachine } from "../components/local-machine";
import type { LoadSettings } from "../load";
import type { Plan } from "../plan/types";

/** Everything that the program is told, all of it by stack config; nothing by the shell's environment. */
export function readSettings(directory: string): { load: LoadSettings; machine: LocalMachine | undefined } {
  const config = new pulumi.Config("storm");
  const machine = config.getObject<LocalMachine>("local");
  return {
    machine,
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
