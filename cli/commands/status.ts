import { setTimeout as wait } from "node:timers/promises";
import type { Output } from "../../tools/report";
import { openStack, type StackOutputs, unknownStack } from "../cluster/access";
import { nobodyReads } from "../closed-output";
import { onInterrupt } from "../interrupt";
import { assess, type ClusterStatus } from "../status/assess";
import { accessKey, collect } from "../status/collect";
import { statusText } from "../status/render";
import type { StormStack } from "../workspace";

export interface StatusOptions {
  json?: boolean;
  watch?: boolean;
}

/** Between two looks of `--watch`. */
const WATCH_MS = 2_000;
/** Cursor to the top, and nothing below it. */
const CLEAR = "\u001b[H\u001b[2J";

/**
 * `storm status`: what there ought to be, is, has joined and is healthy.
 * @param log for what set-up says
 * @returns the exit code: 0 only for a cluster that is whole
 */
export async function status(stack: string, options: StatusOptions, output: Output, log: Output): Promise<number> {
  const look = looker(await openStack(stack, log));
  if (!options.watch) return show(await look(), options, output);
  const interrupt = onInterrupt({ first: () => undefined, second: () => undefined });
  const signal = AbortSignal.any([interrupt.signal, nobodyReads]);
  let code = 0;
  try {
    while (!signal.aborted) {
      const found = await look();
      if (output.colour && !options.json) output.write(CLEAR);
      code = show(found, options, output);
      await wait(WATCH_MS, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    interrupt.dispose();
  }
  return code;
}

/** Looks at the cluster anew each time; the engine opens the secrets again only when they may be others. */
function looker(stack: StormStack): () => Promise<ClusterStatus> {
  let known: { key: string; outputs: StackOutputs } | undefined;
  return async () => {
    const state = await stack.backend.state(stack.name);
    if (state === undefined) throw unknownStack(stack.name, await stack.backend.stacks());
    const key = accessKey(state);
    if (known?.key !== key) known = { key, outputs: await stack.outputs() };
    const found = assess(await collect(stack, state, known.outputs), new Date());
    // Perhaps their answer was that they do not know us any more.
    if (found.health !== "OK") known = undefined;
    return found;
  };
}

function show(found: ClusterStatus, { json, watch }: StatusOptions, output: Output): number {
  // A line for each look, where there are many.
  output.write(json ? `${JSON.stringify(found, null, watch ? 0 : 2)}\n` : statusText(found, output));
  return found.health === "OK" ? 0 : 1;
}
