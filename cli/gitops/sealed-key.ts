/** A key that only those can read who can open the stack's secrets: the engine encrypts it, by whatever provider the stack has. */
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { dump, load } from "js-yaml";
import { readIfThere } from "../../tools/files";
import { configFile } from "../config";
import type { StormStack } from "../workspace";

/** Name of the config value that the key is for the engine. */
const NAME = "storm:previewKey";
/** Of a stack's config file: what the engine opens its secrets with. */
const OPENS = ["secretsprovider", "encryptedkey", "encryptionsalt"];

type Stack = Pick<StormStack, "name" | "run">;

interface ConfigFile {
  config?: Record<string, { secure?: string } | undefined>;
  [key: string]: unknown;
}

/** A new key. @returns it, and what it is for everybody else */
export function newKey(stack: Stack): Promise<{ key: Buffer; sealed: string }> {
  const key = randomBytes(32);
  return withConfig(stack, {}, async (file) => {
    const options = ["--stack", stack.name, "--config-file", file];
    // By standard input: what is on a command line, everybody sees.
    await stack.run(["config", "set", NAME, "--secret", ...options], key.toString("base64"));
    const sealed = read(file).config?.[NAME]?.secure;
    if (sealed === undefined) throw new Error(`the engine did not encrypt ${NAME}`);
    return { key, sealed };
  });
}

/** The key again. @throws Error of the engine when the stack's secrets are not encrypted any more as they were then */
export function openKey(stack: Stack, sealed: string): Promise<Buffer> {
  return withConfig(stack, { [NAME]: { secure: sealed } }, async (file) => {
    const { stdout } = await stack.run(["config", "get", NAME, "--stack", stack.name, "--config-file", file]);
    return Buffer.from(stdout.trim(), "base64");
  });
}

/** A config file beside the stack's own, which stays as it is. */
async function withConfig<T>(
  stack: Stack,
  config: NonNullable<ConfigFile["config"]>,
  work: (file: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "storm-key-"));
  try {
    const own = read(configFile(stack.name));
    const opens = Object.fromEntries(OPENS.flatMap((name) => (name in own ? [[name, own[name]]] : [])));
    const file = join(folder, "config.yaml");
    writeFileSync(file, dump({ ...opens, config }), { mode: 0o600 });
    return await work(file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function read(file: string): ConfigFile {
  return (load(readIfThere(file) || "{}") ?? {}) as ConfigFile; // the engine wrote it
}
