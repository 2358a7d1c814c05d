import { type Output, streamOutput } from "../../tools/report";
import { inLab } from "../../tools/paths";
import { optionalFile } from "../config";
import { deployStack } from "../deploy-stack";
import { ensureLabConfig } from "../lab-stack";
import { preflight } from "../preflight";
import { npmCommand } from "../summary";

export interface StartOptions {
  stack: string;
  file?: string;
  json?: boolean;
  verbose?: boolean;
}

/** `npm start`: everything from a bare machine to a running cluster; nothing where all of it is there. */
export async function start(options: StartOptions, output: Output): Promise<void> {
  const file = optionalFile(options.file);
  if (inLab) ensureLabConfig(options.stack);
  const loaded = await preflight(options.stack, { file }, streamOutput(process.stderr));
  await deployStack({ ...options, file, loaded, again: npmCommand("start", options.stack) }, output);
}
