import { delimiter, dirname } from "node:path";
import { ensurePackages, needs } from "../../tools/debian-packages";
import { UserError } from "../../tools/errors";
import { ensureOfficialPlugins, installer, type MissingPlugin, officialHome } from "../../tools/official-plugins";
import type { Output } from "../../tools/report";
import { runJest } from "../../tools/run-jest";
import { setUpEngine } from "../../tools/setup";
import { setupMode } from "../../tools/setup-mode";
import { closingLine } from "../../tools/test-runs";
import { interruptible } from "../interruptible-tests";

/**
 * `npm run verify:official`: the previews of tests/previews with the official plugins in place of stand-ins. No account is asked
 * (tests/previews/official.ts); what only stand-ins can pass is counted as skipped, and its title says why.
 * @returns 0 when every preview passes
 * @throws UserError that names what cannot be had
 */
export async function verifyOfficial(output: Output): Promise<number> {
  const { engine } = await setUpEngine(output, { quiet: true });
  const home = officialHome();
  const say = (line: string) => output.write(`${line}\n`);
  const missing = await ensureOfficialPlugins(home, installer(setupMode(), engine, home, say));
  if (missing.length > 0) throw cannotVerify(missing);
  await ensurePackages([needs.ssh, needs.openssl], say);
  const engineFolder = dirname(engine.path);
  const env = {
    ...process.env,
    STORM_PLUGIN: "official",
    PULUMI_HOME: home,
    STORM_ENGINE_DIR: engineFolder,
    PATH: [engineFolder, process.env.PATH ?? ""].join(delimiter),
  };
  const previews = {
    title: "Previews on official plugins",
    args: ["--runInBand", "--verbose", "--testPathPatterns=/tests/previews/"],
  };
  const nothing = () => Promise.resolve();
  const counts = await interruptible(output, nothing, (signal) => runJest(previews, { env, output, signal }));
  output.write(`${closingLine(counts)}\n`);
  return counts.failed === 0 ? 0 : 1;
}

/** What is missing, and what to do about it. */
export function cannotVerify(missing: readonly MissingPlugin[]): UserError {
  return new UserError("nothing was verified: official plugins are missing", [
    ...missing.map(({ name, version, reason }) => `${name} ${version}: ${reason}`),
    "Run it where Pulumi's plugins can be downloaded; `STORM_SETUP=official npm run verify:official` tries in any case.",
    "Or put them into a folder of your own, PULUMI_HOME/plugins/resource-NAME-vVERSION.",
  ]);
}
