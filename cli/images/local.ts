import type { ReadMachine } from "./provider";

/** Built on this machine by set-up, which has their versions. */
export const machines: ReadMachine = {};
