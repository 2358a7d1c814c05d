import { listed, type NodeFacts } from "../../plan/compare";
import { OWN_STACKS } from "../../spec/rules/compose";
import type { StackState } from "../../tools/backend";
import { UserError } from "../../tools/errors";
import { type Output, paint, streamOutput } from "../../tools/report";
import { confirmByName, declined, needAnswer } from "../ask";
import { unknownStack } from "../cluster/access";
import { dataDisks, type KeptDisk, prepareState, protectedNames } from "../kept-data";
import { isComponent, partsOf, shortType } from "../describe";
import { beforeIn } from "../preflight";
import type { Change } from "../preview/engine-changes";
import { losses } from "../preview/losses";
import { backendOf, type StormStack } from "../workspace";
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
  const backend = await backendOf(stack, streamOutput(process.stderr));
  const state = await backend.state(stack);
  // Before the stack is gone, for its config may have the token.
  const swept = data ? await sweepOf(stack, streamOutput(process.stderr)) : undefined;
  if (state === undefined) {
    if (swept === undefined) throw unknownStack(stack, await backend.stacks());
    output.write(`There is no stack ${stack}; looking for what carries its tags\n`);
    return sweepAll(swept, output);
  }
  refuseProtected(stack, state, options);
  needAnswer({ yes, command });
  const kept = data ? [] : dataDisks(state);
  const lines = whatGoes(state, kept).map((line) => `  ${line}\n`);
  output.write(`${paint(output, "bold", `Destroying stack ${stack} takes away, for good:`)}\n${lines.join("")}\n`);
  if (kept.length > 0)
    output.write(
      `Kept, with all data: disks ${listed(kept.map(({ name }) => name))} (--data takes them too)\n  What follows calls them removed: from the state\n\n`,
    );
  const question = `Type the stack's name, ${stack}, to destroy it:`;
  if (!(await confirmByName(question, stack, { yes, command }))) return declined(output);
  const prepare = (opened: StormStack) => prepareState(opened, kept, { unprotect: forceProduction });
  await stop({ ...options, again: command, prepare }, output);
  if (kept.length > 0) output.write(keptText(kept));
  if (swept !== undefined) await sweepAll(swept, output);
}

/** Nobody's `--yes` is meant for this. */
function refuseProtected(stack: string, state: StackState, { data, forceProduction }: DestroyOptions): void {
  const names = protectedNames(state);
  if (names.length === 0 || forceProduction) return;
  throw new UserError(
    `stack ${stack} is in production: ${listed(names)} ${names.length === 1 ? "is" : "are"} protected`,
    [
      "Nothing was changed.",
      `To destroy it all the same: npx storm destroy ${stack}${data ? " --data" : ""} --force-production`,
    ],
  );
}

/** What is left, and who pays for it. */
export function keptText(kept: readonly KeptDisk[]): string {
  const lines = kept.map(({ name, id, remove }) => `  ${name} (${id}): ${remove}\n`);
  return `No stack has these disks any more; they cost money until they are deleted:\n${lines.join("")}`;
}

/** Everything of a stack that a destroy takes away, but what is kept. */
export function whatGoes(state: StackState, kept: readonly KeptDisk[] = []): string[] {
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
