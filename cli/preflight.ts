import { join } from "node:path";
import { buildGuestbook } from "../catalog/guestbook/build";
import { loadAll, type Loaded, loadSpec } from "../load";
import { type Before, beforeOf, NOTHING } from "../plan/before";
import { checkChanges } from "../plan/changes";
import { REPLACING } from "../plan/replacing";
import type { Spec } from "../spec/spec";
import type { StackState } from "../tools/backend";
import { UserError, messageOf } from "../tools/errors";
import { checkout } from "../tools/paths";
import { recorded } from "../tools/ready";
import type { Output } from "../tools/report";
import { readConfig } from "./config";
import { loadSettings } from "./load-settings";
import { backendOf } from "./workspace";

/** Which storm.yml is meant, and how it is read. */
export interface Wanted {
  /** Instead of the one that the stack's config names. */
  file?: string;
  /** What shall be written into the file. */
  text?: string;
  /** Whether images come from the image cache alone, which rewrites their names; default: as if. */
  offline?: boolean;
  /** Whether the nodes' kernels have IP_VS; default: as this machine's. */
  ipvs?: boolean;
  before?: Before;
  /** As a production cluster, whatever the files say. */
  production?: boolean;
}

/** Thrown when the user's files are wrong. The reasons are in the output by then. */
export class FilesRefused extends UserError {
  constructor(readonly reasons: string) {
    super("nothing was changed: the above has to be put right first");
  }
}

/**
 * Reads storm.yml and its compose files as the program will: what is wrong with them is said at once, before anything
 * is installed, built or started, and before the stack's config names the file.
 */
export async function preflight(stack: string, wanted: Wanted, output: Output): Promise<Loaded> {
  const first = await loadFor(stack, wanted, output);
  // Only now: where the state is not in this checkout's folder, an engine has to be set up for it.
  const before = beforeIn(await (await backendOf(stack, output)).state(stack));
  if (before.managers.length === 0) return first;
  const loaded = await loadFor(stack, { ...wanted, before }, output);
  const replacing = REPLACING.find((word) => word === readConfig(stack)["storm:replaceManagers"]);
  clearly(output, () => checkChanges(loaded.plan, before, replacing, stack));
  return loaded;
}

/** What the plan has to know of a stack's state. */
export function beforeIn(state: StackState | undefined): Before {
  return state === undefined ? NOTHING : beforeOf(state.entries);
}

/** The plan of a stack's storm.yml, and its compose files rendered. @throws FilesRefused */
export async function loadFor(stack: string, wanted: Wanted, output: Output): Promise<Loaded> {
  // The default stack builds its image from this bundle. Where set-up has nothing left to do, it is there.
  if (recorded() === undefined) await buildGuestbook();
  const settings = loadSettings(stack, wanted.file);
  const spec = wanted.production === true ? { ...asObject(settings.spec), production: true } : settings.spec;
  return clearly(output, () =>
    loadAll({
      ...settings,
      spec,
      text: wanted.text,
      offline: wanted.offline ?? settings.offline,
      ipvs: wanted.ipvs ?? settings.ipvs,
      before: wanted.before,
      buildDirectory: join(checkout, ".storm", "builds"),
    }),
  );
}

/** The storm.yml of a stack alone, without its compose files. @throws FilesRefused */
export function loadSpecFor(stack: string, file: string | undefined, output: Output): Spec {
  return clearly(output, () => loadSpec(loadSettings(stack, file)));
}

/** What else it may be the parser says. */
function asObject(spec: unknown): object {
  return typeof spec === "object" && spec !== null ? spec : {};
}

/** What is wrong with the user's files goes to `output` as it is; the error says that nothing was done. */
function clearly<T>(output: Output, look: () => T): T {
  try {
    return look();
  } catch (error) {
    const reasons = messageOf(error).trimEnd();
    output.write(reasons + "\n");
    throw new FilesRefused(reasons);
  }
}
