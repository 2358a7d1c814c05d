import type { LoadSettings } from "../load";
import { checkout } from "../tools/paths";
import { hasIpvs, readConfig } from "./config";

/**
 * How the program will read the files of a stack of this checkout.
 * @param file another storm.yml than that of the stack's config
 */
export function loadSettings(stack: string, file: string | undefined): Omit<LoadSettings, "before" | "buildDirectory"> {
  const config = readConfig(stack);
  const text = (key: string, otherwise: string) => (typeof config[key] === "string" ? config[key] : otherwise);
  return {
    directory: checkout,
    file: file ?? text("storm:file", "storm.yml"),
    env: text("storm:env", stack),
    spec: config["storm:spec"],
    ipvs: hasIpvs(),
    offline: true,
  };
}
