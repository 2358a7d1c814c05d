import type { ChildProcess } from "node:child_process";
import { identify, isAlive, runProcesses } from "../../tools/processes";
import { eventually, notYet, root } from "./lab";

/** Which processes of a deployment die. Those that are spared go on: the next run has to deal with them. */
export const VICTIMS = {
  /** The engine goes on with the deployment, without its owner. */
  owner: ["owner"],
  /** The owner sees it and ends the plugins. */
  engine: ["engine"],
  /** The plugins go on with their remote commands, which the next run starts again. */
  "owner and engine": ["owner", "engine"],
  /** As when the machine loses power. */
  all: ["owner", "engine", "rest"],
} as const;
export type Victims = keyof typeof VICTIMS;

/** What of a run was killed, and what of it lived on. */
export interface Killed {
  killed: string[];
  spared: string[];
}

/**
 * SIGKILL for some of a run's processes, as soon as it has an engine: before the first one runs there is nothing that could be
 * left half done.
 * @param checkout that the run works on: the lab's own has its runs
 * @returns undefined when the run has ended already.
 */
export async function kill(
  stack: string,
  owner: ChildProcess,
  victims: Victims,
  checkout = root,
): Promise<Killed | undefined> {
  const parts: readonly string[] = VICTIMS[victims];
  const found = await eventually(20, `an engine of stack ${stack}`, () => {
    const self = identify(owner.pid ?? -1);
    if (self === undefined) return Promise.resolve([]);
    const others = runProcesses(checkout).filter(({ run }) => run.kind === stack);
    const partOf = (command: string) => (command === "pulumi" ? "engine" : "rest");
    if (!others.some(({ command }) => partOf(command) === "engine")) notYet(others);
    const run = others.map((each) => ({ ...each, part: partOf(each.command) }));
    return Promise.resolve([{ ...self, command: "storm", part: "owner" }, ...run]);
  });
  // Asked right before: a signal to a process that has ended proves nothing.
  const living = found.filter(isAlive);
  const dying = living.filter(({ part }) => parts.includes(part));
  if (parts.some((part) => part !== "rest" && !dying.some((each) => each.part === part))) return undefined;
  for (const { pid } of dying) process.kill(pid, "SIGKILL");
  const words = (some: typeof living) => some.map(({ part, command }) => `${part} ${command}`).sort();
  return { killed: words(dying), spared: words(living.filter((each) => !dying.includes(each))) };
}
