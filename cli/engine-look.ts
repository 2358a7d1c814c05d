/** What clouds have of resources, by the engine, on a copy of the stack's state: who looks waits for no lock and lets nobody wait for one. */
import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { projectName } from "../tools/backend";
import { exportOf } from "../tools/engine-backend";
import { readIfThere } from "../tools/files";
import { storm } from "../tools/paths";

/** The engine that a stack is driven by. */
export interface LookingEngine {
  /** The stack's name. */
  name: string;
  run(
    args: readonly string[],
    input?: string,
    more?: { env?: Record<string, string>; signal?: AbortSignal },
  ): Promise<{ stdout: string }>;
}

const looks = join(storm.folder, "looks");
/** No look takes so long. */
const OLD_MS = 3_600_000;

/**
 * Asks the providers of these resources for them, as a refresh would.
 * @param urns of the stack's state
 * @returns the engine's events, and what it said when it ended with an error
 */
export async function lookAt(
  engine: LookingEngine,
  urns: readonly string[],
  signal: AbortSignal,
): Promise<{ events: EngineEvent[]; failure?: unknown }> {
  mkdirSync(looks, { recursive: true, mode: 0o700 });
  removeOldLooks();
  // Here, not in a folder of temporary files: encrypted or not, it is a state.
  const copy = mkdtempSync(join(looks, "look-"));
  const log = join(copy, "events.json");
  const events = () => eventsOf(readIfThere(log) ?? "");
  try {
    await writeCopy(copy, engine);
    // The engine has an event log for who debugs.
    const env = { PULUMI_BACKEND_URL: `file://${copy}`, PULUMI_DEBUG_COMMANDS: "true" };
    const targets = urns.flatMap((urn) => ["--target", urn]);
    const options = ["--preview-only", "--stack", engine.name, "--event-log", log, ...targets];
    return await engine.run(["refresh", ...options], undefined, { env, signal }).then(
      () => ({ events: events() }),
      (failure: unknown) => ({ events: events(), failure }),
    );
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

/** One a line; what the engine was writing when it was ended is none. */
function eventsOf(log: string): EngineEvent[] {
  return log
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as EngineEvent);
}

/** Of runs that were killed. */
function removeOldLooks(): void {
  for (const name of readdirSync(looks)) {
    const folder = join(looks, name);
    const made = statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? Infinity;
    if (Date.now() - made > OLD_MS) rmSync(folder, { recursive: true, force: true });
  }
}

/** A file backend's folder with the one stack, as it is now. */
async function writeCopy(folder: string, engine: LookingEngine): Promise<void> {
  const { name } = engine;
  const latest = await exportOf((args) => engine.run(args), name);
  const stacks = join(folder, ".pulumi", "stacks", projectName());
  mkdirSync(stacks, { recursive: true });
  writeFileSync(join(folder, ".pulumi", "meta.yaml"), "version: 1\n");
  const checkpoint = { stack: `organization/${projectName()}/${name}`, latest };
  writeFileSync(join(stacks, `${name}.json`), JSON.stringify({ version: 3, checkpoint }), { mode: 0o600 });
}
