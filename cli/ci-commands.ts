/** `storm ci`: for pipelines, which ask nobody. */
import type { Command } from "commander";
import { ofStack, stackOf } from "./changing-commands";
import { commandFile } from "./command-file";
import { err, out } from "./outputs";

/** Where a pipeline does not say another place. */
const RECORD = "storm-preview.json";

/** Adds `ci` and what it does to the command line. */
export function addCi(storm: Command): void {
  const ci = storm.command("ci").description("for pipelines: preview, apply what was previewed, drift (docs/gitops)");

  ofStack(ci, "preview", "what a deployment would change, as Markdown, and a record of it; changes nothing")
    .option("-r, --record <file>", "to write", RECORD)
    .addHelpText("after", "\nExit code 1, and no record: it would be refused.")
    .action((stack, options) =>
      commandFile("ci-preview").ciPreview({ ...options, stack: stackOf(stack, options) }, err()),
    );

  ofStack(ci, "apply", "deploy exactly what a record says was previewed; nothing, if something else would happen now")
    .option("-r, --record <file>", "of `storm ci preview`", RECORD)
    .option("-v, --verbose", "a line for every resource")
    .action((stack, options) => commandFile("ci-apply").ciApply({ ...options, stack: stackOf(stack, options) }, out()));

  ofStack(ci, "drift", "what is not as it was deployed, or as storm.yml says, as Markdown; changes nothing")
    .option("--json", "as JSON")
    .addHelpText("after", "\nExit code 1: there is some.")
    .action((stack, options) => commandFile("ci-drift").ciDrift({ ...options, stack: stackOf(stack, options) }, err()));
}
