import type { Plan } from "../plan/types";
import { inLab } from "../tools/paths";
import type { Output } from "../tools/report";
import { type EngineSetup, setUpEngine, setUpLab } from "../tools/setup";
import type { StepsOptions } from "../tools/steps";
import { loadIpvs, localConfig } from "./config";

/** What the engine's commands run with. */
export interface SetUpFor {
  setup: EngineSetup;
  /** For the stack's config, where it has nodes of this machine: what set-up found here. */
  local?: Record<string, unknown>;
}

/**
 * The engine; for nodes of this machine also what it takes to make them, which clouds do without.
 * @param options.known whether the stack's config has what set-up finds on this machine: who only looks needs no more
 */
export async function setUpFor(
  plan: Plan,
  output: Output,
  { known = false, ...options }: StepsOptions & { known?: boolean } = {},
): Promise<SetUpFor> {
  const hasLocal = plan.sites.some(({ provider }) => provider === "local");
  if (!hasLocal || known || inLab) return { setup: await setUpEngine(output, options) };
  const setup = await setUpLab(output, options);
  return { setup, local: localConfig(setup, loadIpvs()) };
}
