import { join } from "node:path";
import { buildGuestbook } from "../catalog/guestbook/build";
import { loadAll } from "../load";
import { UserError, messageOf } from "../tools/errors";
import { checkout } from "../tools/paths";
import type { Output } from "../tools/report";
import { hasIpvs, readConfig } from "./config";

/**
 * Reads storm.yml and its compose files as the program will: what is wrong with them is said at once, before anything
 * is installed, built or started, and before the stack's config names the file.
 */
export async function preflight(stack: string, file: string | undefined, output: Output): Promise<void> {
  const config = readConfig(stack);
  const text = (key: string, otherwise: string) => (typeof config[key] === "string" ? config[key] : otherwise);
  // The default stack builds its image from this bundle.
  await buildGuestbook();
  try {
    loadAll({
      directory: checkout,
      file: file ?? text("storm:file", "storm.yml"),
      env: text("storm:env", stack),
      spec: config["storm:spec"],
      ipvs: hasIpvs(),
      offline: true,
      buildDirectory: join(checkout, ".storm", "builds"),
    });
  } catch (error) {
    output.write(messageOf(error).trimEnd() + "\n");
    throw new UserError("nothing was changed: the above has to be put right first");
  }
}
