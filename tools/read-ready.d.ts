import type { Ready } from "./ready";

/** The record, or undefined when set-up has to look again. */
export function readReady(root: string, env: NodeJS.ProcessEnv): Ready | undefined;
