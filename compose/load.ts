import * as fs from "node:fs";
import * as path from "node:path";
import { hashBuild } from "./context";
import { EnvFileError, parseEnvFile } from "./env-file";
import { renderStack } from "./render";
import type { RenderInput, RenderResult } from "./types";

/** What `loadStack` reads by itself is not asked for. */
export type LoadInput = Omit<RenderInput, "file" | "readFile" | "env" | "hashBuild">;

export interface LoadedStack extends RenderResult {
  /** Folder of the compose file: what its relative paths are relative to. */
  projectDirectory: string;
}

/** Names tried when storm.yml names a folder, in Compose's order of preference. */
const DEFAULT_NAMES = ["compose.yaml", "compose.yml", "docker-compose.yaml", "docker-compose.yml"];

/**
 * Reads and renders a compose file with its `.env` and whatever else it refers to. `file` as in storm.yml: relative to `directory`, `.yml` may
 * be left out, a folder will do. What is wrong is in `errors`.
 */
export function loadStack(directory: string, file: string, input: LoadInput): LoadedStack {
  const found = findComposeFile(directory, file);
  if (found === undefined) {
    const origin = input.origin ?? `compose/${input.stackName}`;
    const names = path.extname(file) === "" ? `${file}, ${file}.yml or ${file}.yaml` : file;
    const errors = [`${origin}/file: there is no ${names} in ${path.resolve(directory)}`];
    return {
      stack: {},
      builds: [],
      routes: [],
      configs: [],
      secrets: [],
      images: [],
      spread: [],
      hidden: [],
      warnings: [],
      errors,
      projectDirectory: directory,
    };
  }
  const projectDirectory = path.dirname(found);
  const env = readDotEnv(directory, projectDirectory);
  const result = renderStack({
    ...input,
    file: { name: path.relative(directory, found), text: fs.readFileSync(found, "utf8") },
    readFile: (relative) => readText(path.resolve(projectDirectory, relative)),
    env: env.values,
    hashBuild: (build) => hashBuild(projectDirectory, build),
  });
  return { ...result, errors: [...env.errors, ...result.errors], projectDirectory };
}

/** The compose file that storm.yml means, undefined if there is none. */
export function findComposeFile(directory: string, file: string): string | undefined {
  const named = path.resolve(directory, file);
  const candidates = [named, `${named}.yml`, `${named}.yaml`, ...DEFAULT_NAMES.map((name) => path.join(named, name))];
  return candidates.find((candidate) => fs.statSync(candidate, { throwIfNoEntry: false })?.isFile());
}

function readDotEnv(directory: string, folder: string): { values: Record<string, string>; errors: string[] } {
  const file = path.join(folder, ".env");
  const text = readText(file);
  try {
    return { values: text === undefined ? {} : parseEnvFile(text), errors: [] };
  } catch (error) {
    if (!(error instanceof EnvFileError)) throw error;
    return { values: {}, errors: [`${path.relative(directory, file)}:${error.line}:1: ${error.message}`] };
  }
}

function readText(file: string): string | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? fs.readFileSync(file, "utf8") : undefined;
}
