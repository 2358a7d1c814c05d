import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { LocalMachine } from "../components/local-machine";
import type { LoadSettings } from "../load";
import type { Plan } from "../plan/types";
import type { StackPlace } from "../production";
import { layerSettings, type LayerSettings } from "./layers";

export interface Settings {
  load: LoadSettings;
  machine: LocalMachine | undefined;
  place: StackPlace;
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

/** A list or map as Pulumi's config has it, JSON; one word may stand as it is. */
function list(value: string | undefined): unknown {
  if (value === undefined || !/^\s*[[{"]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    throw new Error(`stack config storm:layers and storm:upstream must be JSON or one word, got ${value}`);
  }
}

/** @throws Error when the plan has nodes on this machine and set-up has not looked at it yet. */
export function checkMachine(plan: Plan, { machine, layers }: Settings): void {
  if (!layers.here.includes("nodes")) return;
  if (machine?.nodeImage && machine.cacheImage) return;
  if (plan.sites.some((site) => site.provider === "local"))
    throw new Error(
      "stack config storm:local is missing: run `npm start` once, which finds out what this machine can do",
    );
}
