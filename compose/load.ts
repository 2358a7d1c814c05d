import * as fs from "node:fs";
import * as path from "node:path";
import type { Issue } from "../spec/errors";
import { hashBuild } from "./context";
import { EnvFileError, parseEnvFile } from "./env-file";
import { renderStack } from "./render";
import type { RenderInput, RenderResult } from "./types";

/** What `loadStack` reads by itself is not asked for. */
export interface LoadInput extends Omit<RenderInput, "file" | "readFile" | "env" | "hashBuild"> {
  /** Folder that messages name files from; default: storm.yml's. */
  namesFrom?: string;
}

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
export function loadStack(
  directory: string,
  file: string,
  { namesFrom = directory, ...input }: LoadInput,
): LoadedStack {
  const found = findComposeFile(directory, file);
  if (found === undefined) {
    const { place, path: at } = input.origin;
    const names = path.extname(file) === "" ? `${file}, ${file}.yml or ${file}.yaml` : file;
    const message = `there is no ${names} in ${path.resolve(directory)}`;
    const errors: Issue[] = [{ severity: "error", place, path: `${at}/file`, message }];
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
  const env = readDotEnv(namesFrom, projectDirectory);
  const result = renderStack({
    ...input,
    file: { name: path.relative(namesFrom, found), text: fs.readFileSync(found, "utf8") },
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

function readDotEnv(namesFrom: string, folder: string): { values: Record<string, string>; errors: Issue[] } {
  const file = path.join(folder, ".env");
  const text = readText(file);
  try {
    return { values: text === undefined ? {} : parseEnvFile(text), errors: [] };
  } catch (error) {
    if (!(error instanceof EnvFileError)) throw error;
    const place = { file: path.relative(namesFrom, file), line: error.line, column: 1 };
    return { values: {}, errors: [{ severity: "error", place, path: "", message: error.message }] };
  }
}

function readText(file: string): string | undefined {
  return fs.statSync(file, { throwIfNoEntry: false })?.isFile() ? fs.readFileSync(file, "utf8") : undefined;
}
