import { listed, type NodeFacts } from "../../plan/compare";
import { OWN_STACKS } from "../../spec/rules/compose";
import type { StackState } from "../../tools/backend";
import { UserError } from "../../tools/errors";
import { type Output, paint, streamOutput } from "../../tools/report";
import { placeOfState } from "../accounts/state";
import { confirmByName, declined, needAnswer } from "../ask";
import { unknownStack } from "../cluster/access";
import { dataDisks, type Kept, keptText, keptWithData, protectedNames, staysText } from "../kept-data";
import { offDisk } from "../key-folder";
import { LettingGo } from "../letting-go";
import { isComponent, partsOf, shortType } from "../describe";
import { beforeIn } from "../preflight";
import type { Change } from "../preview/engine-changes";
import { losses } from "../preview/losses";
import { backendOf } from "../workspace";
import { sweepAll, sweepOf } from "../sweep/of-stack";
import { stop } from "./stop";

export interface DestroyOptions {
  stack: string;
  yes?: boolean;
  /** Disks for data go, too. */
  data?: boolean;
  /** What is protected goes, too. */
  forceProduction?: boolean;
  verbose?: boolean;
}

/** `storm destroy`: says what will be lost, asks for the stack's name, then does what `npm stop` does. */
export async function destroy(options: DestroyOptions, output: Output): Promise<void> {
  const { stack, yes, data = false, forceProduction = false } = options;
  const command = [`npx storm destroy ${stack}`, data && "--data", forceProduction && "--force-production"]
    .filter(Boolean)
    .join(" ");
  const err = streamOutput(process.stderr);
  const backend = await backendOf(stack, err);
  const state = await backend.state(stack);
  if (state !== undefined) refuseProduction(stack, state, options);
  else if (data) output.write(`There is no stack ${stack} in ${placeOfState()}\n`);
  const swept = data ? await sweepOf(stack, { backend, gone: state === undefined, forceProduction }, err) : undefined;
  if (state === undefined) {
    if (swept === undefined) throw unknownStack(stack, await backend.stacks());
    return sweepAll(swept, output);
  }
  needAnswer({ yes, command });
  const kept = data ? [] : keptWithData(state);
  const lines = whatGoes(state, kept).map((line) => `  ${line}\n`);
  output.write(`${paint(output, "bold", `Destroying stack ${stack} takes away, for good:`)}\n${lines.join("")}\n`);
  // With their ids, before anything begins: a run that is killed says nothing more.
  if (kept.length > 0) output.write(`${staysText(kept)}\n`);
  const question = `Type the stack's name, ${stack}, to destroy it:`;
  if (!(await confirmByName(question, stack, { yes, command }))) return declined(output);
  const prepare = new LettingGo({ shown: dataDisks(state), data, unprotect: forceProduction });
  await stop({ ...options, again: command, prepare }, output);
  if (prepare.kept.length > 0) output.write(keptText(prepare.kept));
  if (swept !== undefined) await sweepAll(swept, output);
}

/** Nobody's `--yes` is meant for this. By its files, too: a run that was killed may have left nothing protected. */
export function refuseProduction(
  stack: string,
  state: StackState,
  { data, forceProduction }: Pick<DestroyOptions, "data" | "forceProduction">,
  declared: (stack: string) => string | undefined = offDisk,
): void {
  if (forceProduction) return;
  const names = protectedNames(state);
  const why =
    names.length === 0
      ? declared(stack)
      : `stack ${stack} is in production: ${listed(names)} ${names.length === 1 ? "is" : "are"} protected`;
  if (why === undefined) return;
  throw new UserError(why, [
    "Nothing was changed.",
    `To destroy it all the same: npx storm destroy ${stack}${data ? " --data" : ""} --force-production`,
  ]);
}

/** Everything of a stack that a destroy takes away, but what is kept. */
export function whatGoes(state: StackState, kept: readonly Kept[] = []): string[] {
  const nodes = (state.outputs["nodes"] ?? []) as NodeFacts[]; // stacks/outputs.ts made them
  const names = nodes.map(({ name }) => name);
  const stay = new Set(kept.map(({ urn }) => urn));
  const going = state.entries.filter(({ urn }) => !stay.has(urn));
  const destroyed = going.map(({ urn }): Change => {
    const { name, type } = partsOf(urn);
    return { name, type: shortType(type), title: undefined, urn, because: [] };
  });
  // Storm's own have nothing that somebody would miss.
  const stacks = destroyed.flatMap(({ type, name }) =>
    type === "storm:compose:ComposeStack" && !OWN_STACKS.includes(name) ? [name] : [],
  );
  const lost = losses({ changes: { destroyed, replaced: [] }, before: beforeIn(state), nodes: names, stacksGone: [] });
  return [
    ...(names.length === 0 ? [] : [`${names.length} node${names.length === 1 ? "" : "s"}: ${listed(names)}`]),
    ...(stacks.length === 0 ? [] : [`Stacks with their volumes on these nodes: ${listed(stacks)}`]),
    ...lost,
    `${destroyed.filter(({ type }) => !isComponent(type)).length} resources in all`,
  ];
}
