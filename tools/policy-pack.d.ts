/**
 * The arguments of the engine, with `--policy-pack` where this checkout's pack could find something.
 * @param cwd where the engine will run. Default: where this process does.
 */
export function withPolicyPack(root: string, args: readonly string[], cwd?: string): string[];

/** For the Automation API: the folders of the packs that the stack is checked with, none where they could find nothing. */
export function policyPacks(root: string, stack: string): string[];
/** The stack that the arguments name; undefined: the selected one, which only the engine knows. */
export function stackOf(args: readonly string[]): string | undefined;
