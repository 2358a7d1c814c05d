import { existsSync, realpathSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { LoadSettings } from "../load";
import { checkout, inLab, sources } from "../tools/paths";
import { hasIpvs, readConfig } from "./config";

/**
 * How the program will read the files of a stack of this checkout.
 * @param file another storm.yml than that of the stack's config
 */
export function loadSettings(stack: string, file: string | undefined): Omit<LoadSettings, "before" | "buildDirectory"> {
  const config = readConfig(stack);
  const text = (key: string, otherwise: string) => (typeof config[key] === "string" ? config[key] : otherwise);
  return {
    ...place(file ?? text("storm:file", "storm.yml")),
    env: text("storm:env", stack),
    spec: config["storm:spec"],
    ipvs: hasIpvs(),
    offline: true,
  };
}

/** From where messages name files: the user's checkout. That of the lab is a folder in it, full of links to it. */
function place(file: string): Pick<LoadSettings, "directory" | "file"> {
  if (!inLab) return { directory: checkout, file };
  const path = resolve(checkout, file);
  return { directory: sources, file: relative(sources, existsSync(path) ? realpathSync(path) : path) };
}
