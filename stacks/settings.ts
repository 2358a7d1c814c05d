import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import type { LocalMachine } from "../components/pools/local";
import type { LoadSettings } from "../load";

/** Everything that the program is told, all of it by stack config; nothing by the shell's environment. */
export function readSettings(directory: string): { load: LoadSettings; machine: LocalMachine } {
  const config = new pulumi.Config("storm");
  const machine = config.getObject<LocalMachine>("local");
  if (!machine?.nodeImage || !machine.cacheImage) {
    throw new pulumi.RunError(
      "stack config storm:local is missing: run `npm start` once, which finds out what this machine can do",
    );
  }
  return {
    machine,
    load: {
      directory,
      file: config.get("file") ?? "storm.yml",
      env: config.get("env") ?? pulumi.getStack(),
      spec: config.getObject("spec"),
      ipvs: machine.ipvs,
      offline: machine.offline ?? false,
      buildDirectory: path.join(directory, ".storm", "builds"),
    },
  };
}
