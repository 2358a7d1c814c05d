/** What the provider `storm` keeps in the state of what it makes on this machine, besides the outputs that the program sees. */
import { networkResource } from "../../lab/local/network";
import { nodeResource } from "../../lab/local/node";
import type { BaseOutputs } from "../../lab/local/resource";
import { serviceResource } from "../../lab/local/service";
import { fingerprint } from "../../lab/local/values";

interface Kept {
  replaceOn: readonly string[];
  updateOn: readonly string[];
  comparable?(inputs: unknown): object;
}

const noDocker = () => {
  throw new Error("nothing here asks a Docker");
};
const TYPES: Record<string, Kept> = {
  "storm:local:Network": networkResource(noDocker),
  "storm:local:Node": nodeResource(noDocker),
  "storm:local:Service": serviceResource(noDocker),
};

/** By which inputs are compared the next time; undefined for a type that is not made here. */
export function localState(type: string, inputs: Record<string, unknown>): BaseOutputs | undefined {
  const kept = TYPES[type];
  if (kept === undefined) return undefined;
  const names = [...kept.replaceOn, ...kept.updateOn];
  const files = names.includes("files") ? { filePaths: Object.keys((inputs["files"] ?? {}) as object).sort() } : {};
  return { fingerprint: fingerprint(kept.comparable?.(inputs) ?? inputs, names), ...files };
}
