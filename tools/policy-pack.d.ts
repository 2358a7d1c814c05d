/** The arguments of the engine, with `--policy-pack` where this checkout's pack could find something. */
export function withPolicyPack(root: string, args: readonly string[]): string[];
