import { listed, type NodeFacts } from "../../plan/compare";
import { OWN_STACKS } from "../../spec/rules/compose";
import type { StackState } from "../../tools/backend";
import { type Output, paint, streamOutput } from "../../tools/report";
import { confirmByName, declined, needAnswer } from "../ask";
import { unknownStack } from "../cluster/access";
import { isComponent, partsOf, shortType } from "../describe";
import { beforeIn } from "../preflight";
import type { Change } from "../preview/engine-changes";
import { losses } from "../preview/losses";
import { backendOf } from "../workspace";
import { stop } from "./stop";

export interface DestroyOptions {
  stack: string;
  yes?: boolean;
  verbose?: boolean;
}

/** `storm destroy`: says what will be lost, asks for the stack's name, then does what `npm stop` does. */
export async function destroy(options: DestroyOptions, output: Output): Promise<void> {
  const { stack, yes } = options;
  const command = `npx storm destroy ${stack}`;
  const backend = await backendOf(stack, streamOutput(process.stderr));
  const state = await backend.state(stack);
  if (state === undefined) throw unknownStack(stack, await backend.stacks());
  needAnswer({ yes, command });
  const lines = whatGoes(state).map((line) => `  ${line}\n`);
  output.write(`${paint(output, "bold", `Destroying stack ${stack} takes away, for good:`)}\n${lines.join("")}\n`);
  const question = `Type the stack's name, ${stack}, to destroy it:`;
  if (!(await confirmByName(question, stack, { yes, command }))) return declined(output);
  await stop({ ...options, again: command }, output);
}

/** Everything of a stack that a destroy takes away. */
export function whatGoes(state: StackState): string[] {
  const nodes = (state.outputs["nodes"] ?? []) as NodeFacts[]; // stacks/outputs.ts made them
  const names = nodes.map(({ name }) => name);
  const destroyed = state.entries.map(({ urn }): Change => {
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
