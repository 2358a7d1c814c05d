import { createHash } from "node:crypto";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { workRoot } from "./lab-root";

/** Where this program's sources are. */
export const sources = resolve(__dirname, "..");

/** The checkout that commands work on: this program's, or with STORM_LAB=1 the lab's own. */
export const checkout = workRoot(sources, process.env);

/** Whether commands work on the lab's clouds. */
export const inLab = checkout !== sources;

/** The lab's own checkout, whatever this command works on. */
export const labCheckout = workRoot(sources, { STORM_LAB: "1" });

/** What set-up makes for this checkout alone. */
export const storm = {
  folder: join(checkout, ".storm"),
  pulumiHome: join(checkout, ".storm", "pulumi-home"),
  state: join(checkout, ".storm", "state"),
  passphrase: join(checkout, ".storm", "passphrase"),
  logs: join(checkout, ".storm", "logs"),
  certs: join(checkout, ".storm", "certs"),
  ready: join(checkout, ".storm", "ready.json"),
};

/** Everything that is expensive to make again: engine, images, downloads. Shared by all checkouts of a user. */
export function cacheFolder(env: NodeJS.ProcessEnv = process.env): string {
  return env.STORM_CACHE || join(env.XDG_CACHE_HOME || join(homedir(), ".cache"), "storm");
}

/** Certificates that `storm env` hands out: outside the checkout, so that they are never committed or served. */
export function credentialFolder(stack: string, env: NodeJS.ProcessEnv = process.env): string {
  const base = env.XDG_STATE_HOME || join(homedir(), ".local", "state");
  const id = createHash("sha256").update(checkout).digest("hex").slice(0, 12);
  return join(base, "storm", id, stack);
}
