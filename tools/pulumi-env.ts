import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync } from "node:fs";
import { delimiter, dirname } from "node:path";
import type { Engine } from "./engine";
import { createExclusively, readIfThere } from "./files";
import { checkout, storm } from "./paths";
import { ownRunName } from "./processes";
import { withBackend } from "./state-backend";

/**
 * What makes the engine this checkout's own, whatever backend it keeps state in (state-backend.js): its plugins. Ambient plugins are
 * ignored because one on PATH would shadow the installed one without a word.
 */
export function pulumiSettings(standIns: boolean): Record<string, string> {
  return {
    PULUMI_HOME: storm.pulumiHome,
    PULUMI_IGNORE_AMBIENT_PLUGINS: "true",
    PULUMI_SKIP_UPDATE_CHECK: "true",
    // Otherwise the Azure plugin counts each request as of a partner's customer.
    ARM_DISABLE_PULUMI_PARTNER_ID: "true",
    // A copy of the state for each operation: nobody reads them, and they hold what has been rotated away.
    PULUMI_DIY_BACKEND_DISABLE_CHECKPOINT_BACKUPS: "true",
    // Nodes are reached by a key of the cluster's own; an agent that is gone would fail every remote command.
    SSH_AUTH_SOCK: "",
    // Otherwise each run spends seconds asking for plugins that cannot be reached.
    ...(standIns ? { PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: "true" } : {}),
  };
}

/** The whole environment of an engine that belongs to a run of this process. */
export function pulumiEnvironment(engine: Engine, standIns: boolean, kind: string): Record<string, string> {
  return {
    ...definedOnly(withBackend(process.env, checkout)),
    ...pulumiSettings(standIns),
    PATH: [dirname(engine.path), process.env.PATH ?? ""].join(delimiter),
    STORM_RUN: ownRunName(kind),
    STORM_ROOT: checkout,
  };
}

/** State folder and passphrase of this checkout; made once, the same whoever is quicker. */
export function prepareBackend(): void {
  mkdirSync(storm.state, { recursive: true });
  chmodSync(storm.folder, 0o700);
  if (readIfThere(storm.passphrase) !== undefined) return;
  createExclusively(storm.passphrase, `${randomBytes(32).toString("base64url")}\n`, 0o600);
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(Object.entries(env).flatMap(([key, value]) => (value === undefined ? [] : [[key, value]])));
}
