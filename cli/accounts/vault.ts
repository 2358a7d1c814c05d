/** Stack config as the place of secrets: only the engine encrypts and opens them. */
import { configFile, readConfig } from "../config";
import type { StormStack } from "../workspace";

export interface Vault {
  /** How a value is there. */
  how(key: string): "encrypted" | "readable" | "missing";
  /** In plain text. */
  get(key: string): Promise<string>;
  set(key: string, value: string): Promise<void>;
}

/**
 * @param open the stack; only called when there is something to open or to store
 * @param writable the same, made when there is none
 */
export function engineVault(stack: string, open: () => Promise<StormStack>, writable = open): Vault {
  return {
    how: (key) => howIn(readConfig(stack), key),
    get: async (key) => {
      const { stdout } = await (await open()).run(["config", "get", "--path", key, "--stack", stack]);
      return stdout.replace(/\n$/, "");
    },
    // By standard input: a command line is in the list of processes.
    set: async (key, value) =>
      void (await (await writable()).run(["config", "set", "--secret", "--path", key, "--stack", stack], value)),
  };
}

/** "storm:acme.NAME" is encrypted by itself, or with all of its object. */
export function howIn(config: Record<string, unknown>, key: string): ReturnType<Vault["how"]> {
  const [root = "", ...path] = key.split(".");
  let value = config[root];
  for (const name of path) {
    if (isEncrypted(value)) return "encrypted";
    value = typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
  }
  if (value === undefined || value === null) return "missing";
  return isEncrypted(value) ? "encrypted" : "readable";
}

function isEncrypted(value: unknown): boolean {
  return typeof value === "object" && value !== null && "secure" in value;
}

/** What is in Pulumi.<stack>.yaml, in words. */
export function inConfig(stack: string, keys: readonly string[]): string {
  const roots = [...new Set(keys.map((key) => key.split(".")[0] ?? key))];
  return `${roots.join(", ")} in ${configFile(stack).split("/").at(-1)}, encrypted`;
}
