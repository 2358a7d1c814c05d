/** The storm.yml of a stack, from its file: what program and policy pack both start from. */
import * as fs from "node:fs";
import * as path from "node:path";
import { type Examined, examine, load, type LoadOptions } from "./load";
import type { Spec } from "./spec";

/** Where storm.yml is, and what stack config says about it. */
export interface SpecSettings {
  /** Folder that `file` is relative to. */
  directory: string;
  /** storm.yml of this stack (`storm:file`). */
  file: string;
  env: string;
  /** Merged over the file (`storm:spec`). */
  spec?: unknown;
  /** The file's text, where it is not written yet. */
  text?: string;
}

/** @throws SpecError with every error of storm.yml, Error when there is none. */
export function readSpec(settings: SpecSettings): Spec {
  const { text, options } = given(settings);
  return load(text, options).spec;
}

/** All that is wrong with it. @throws Error when there is none. */
export function examineSpec(settings: SpecSettings): Examined {
  const { text, options } = given(settings);
  return examine(text, options);
}

function given(settings: SpecSettings): { text: string; options: LoadOptions } {
  const { directory, file, text } = settings;
  const options = loadOptions(settings);
  return { text: text ?? readFile(path.resolve(directory, file), options.fileName), options };
}

/** How the parser is to read it: what it is called in messages, and what stack config says over it. */
export function loadOptions({ directory, file, env, spec }: Omit<SpecSettings, "text">): LoadOptions {
  const fileName = path.relative(directory, path.resolve(directory, file));
  return { fileName, env, overrides: spec === undefined ? [] : [{ from: "stack config storm:spec", value: spec }] };
}

function readFile(file: string, name: string): string {
  try {
    return fs.readFileSync(file, "utf8");
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === "ENOENT" ? "there is no such file" : String(error);
    throw new Error(`${name}: ${reason}; stack config storm:file names the storm.yml to deploy`);
  }
}
