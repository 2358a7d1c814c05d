/** The checkout that commands work on: `root`, or with STORM_LAB=1 the lab's own in it. */
export function workRoot(root: string, env: NodeJS.ProcessEnv): string;
/** Links whatever is at the top of the checkout `root` into the lab's. */
export function linkSources(root: string): void;
