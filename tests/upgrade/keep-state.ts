/**
 * `npm run keep-state`, once for each release, with its version in package.json: brings the environments up with stand-ins, where nobody
 * answers for the nodes, and keeps the states that are there then. From the next version on upgrade.test.ts looks at them.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { build } from "esbuild";
import { version } from "../../package.json";
import { checkout } from "../../tools/paths";
import { streamOutput } from "../../tools/report";
import { setUpEngine } from "../../tools/setup";
import { PreviewLab } from "../previews/lab";
import { ENVIRONMENTS } from "./environments";
import { layOut, writeState } from "./kept-state";

const PREVIEWS = join(__dirname, "..", "previews");

/** Takes the provider `storm` that needs no Docker. */
async function answerForStorm(lab: PreviewLab): Promise<void> {
  const folder = join(lab.folder, "answering-storm");
  mkdirSync(folder);
  await build({
    entryPoints: [join(PREVIEWS, "answering-storm.ts")],
    outfile: join(folder, "plugin.cjs"),
    external: ["*.node", "cpu-features"],
    ...{ bundle: true, platform: "node", format: "cjs", logLevel: "error" },
  });
  const launcher = '#!/bin/sh\nexec node "${0%/*}/plugin.cjs" "$@"\n';
  writeFileSync(join(folder, "pulumi-resource-storm"), launcher, { mode: 0o755 });
  lab.write("Pulumi.yaml", [
    "name: storm",
    "main: index.js",
    "runtime: {name: nodejs, options: {typescript: false}}",
    `plugins: {providers: [{name: storm, path: ${JSON.stringify(folder)}}]}`,
  ]);
}

async function keep(environment: string): Promise<string> {
  const { files, config } = ENVIRONMENTS[environment] ?? { files: {}, config: {} };
  const lab = await PreviewLab.start(false);
  try {
    await lab.replacePlugin("command", join(PREVIEWS, "answering-commands.ts"));
    await answerForStorm(lab);
    layOut(lab.folder, files);
    await lab.up(files["storm.yml"] ?? "", { config });
    const state = await (await lab.stack("test")).exportStack();
    return writeState(version, environment, { files, config, state }, [lab.folder, checkout]);
  } finally {
    lab.stop();
  }
}

async function main(): Promise<void> {
  const { engine } = await setUpEngine(streamOutput(process.stderr), { quiet: true });
  process.env["STORM_ENGINE_DIR"] = dirname(engine.path);
  for (const environment of Object.keys(ENVIRONMENTS)) process.stdout.write(`${await keep(environment)}\n`);
}

void main();
