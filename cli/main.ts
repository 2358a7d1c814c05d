import { Command } from "commander";
import { UserError, formatError } from "../tools/errors";
import { type Output, streamOutput } from "../tools/report";
import { bench } from "./commands/bench";
import { demo } from "./commands/demo";
import { doctor } from "./commands/doctor";
import { env } from "./commands/env";
import { lock } from "./commands/lock";
import { plan } from "./commands/plan";
import { pulumi } from "./commands/pulumi";
import { start } from "./commands/start";
import { stop } from "./commands/stop";
import { test } from "./commands/test";
import { verifyOfficial } from "./commands/verify-official";
import { addChanging } from "./changing-commands";
import { addLab } from "./lab-commands";
import { nearestWord } from "../spec/nearest";

const out = () => streamOutput(process.stdout);
/** For commands whose standard output is read by a program or a shell. */
const err = () => streamOutput(process.stderr);

const outputFor = (options: { json?: boolean }): Output => (options.json ? err() : out());

/** The `storm` command. */
export function program(): Command {
  const storm = new Command("storm")
    .description("One storm.yml, one pulumi up: a Docker Swarm with everything on it.")
    .showHelpAfterError("(`storm --help` lists the commands)")
    .allowExcessArguments(false)
    .enablePositionalOptions()
    .exitOverride();

  storm
    .command("plan")
    .description("print what storm.yml comes to, its price, and what loss it survives; deploys nothing")
    .option("-s, --stack <name>", "environment to plan for", "dev")
    .option("-f, --file <path>", "another storm.yml, this once")
    .option("--json", "as JSON")
    .action((options) => plan(options, err()));

  storm
    .command("start")
    .description("set everything up and deploy storm.yml (`npm start`)")
    .option("-s, --stack <name>", "environment to deploy", "dev")
    .option("-f, --file <path>", "another storm.yml; stays in the stack's config")
    .option("--json", "print the outputs as JSON, secrets left out")
    .option("-v, --verbose", "a line for every resource")
    .action((options) => start(options, outputFor(options)));

  storm
    .command("stop")
    .description("destroy the cluster; only caches stay (`npm stop`)")
    .option("-s, --stack <name>", "environment to destroy", "dev")
    .option("-y, --yes", "for scripts; nothing is asked anyway")
    .option("-v, --verbose", "a line for every resource")
    .action((options) => stop(options, out()));

  storm
    .command("env")
    .description("print the shell's exports for a stack's cluster: eval $(npx storm env dev)")
    .argument("<stack>")
    .option("--json", "as JSON")
    .action((stack, options) => env(stack, options, err()));

  storm
    .command("lock")
    .description("write storm.lock: the machine images and container digests that a stack runs")
    .option("-s, --stack <name>", "environment to read from", "dev")
    .option("--json", "print the lock as JSON, too")
    .action((options) => lock(options, err()));

  storm
    .command("pulumi")
    .description("run the engine that set-up found, with this checkout's backend (`npm run -s pulumi -- ARGS`)")
    .argument("[args...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args) => {
      process.exitCode = await pulumi(args, err());
    });

  storm
    .command("doctor")
    .description("what is installed, what is missing, what stands in for what (`npm run doctor`)")
    .option("--json", "as JSON")
    .action(async (options) => {
      process.exitCode = await doctor(options, out());
    });

  storm
    .command("test")
    .description("run all tests of this checkout (`npm test`)")
    .option("--fast", "only those that need neither engine nor containers (`npm run test:fast`)")
    .action((options) => test(options, out()));

  storm
    .command("verify-official")
    .description(
      "the previews of tests/previews on Pulumi's official plugins, without an account (`npm run verify:official`)",
    )
    .action(async () => {
      process.exitCode = await verifyOfficial(out());
    });

  storm
    .command("bench")
    .description("measure this checkout (`npm run bench`)")
    .argument("[args...]")
    .allowUnknownOption()
    .action(async (args) => {
      process.exitCode = await bench(args, out());
    });

  storm
    .command("demo")
    .description(
      "a cluster over three clouds on this machine loses nodes and a site, and is destroyed (`npm run demo`)",
    )
    .option("--json", "the steps with their figures as JSON, too")
    .action((options) => demo(options, outputFor(options)));

  addChanging(storm);
  addLab(storm);

  storm.on("command:*", ([word]: string[]) => {
    const names = storm.commands.map((command) => command.name());
    const guess = nearestWord(word ?? "", names);
    throw new UserError(`unknown command ${word}${guess === undefined ? "" : `; did you mean ${guess}?`}`, [
      `Commands: ${names.join(", ")}`,
    ]);
  });
  return storm;
}

/** Runs one command; tools/bootstrap.js calls this. */
export async function main(args: string[]): Promise<void> {
  try {
    // Everything after `pulumi` is the engine's, flags that look like ours included.
    if (args[0] === "pulumi") {
      const rest = args[1] === "--" ? args.slice(2) : args.slice(1);
      process.exitCode = await pulumi(rest, err());
      return;
    }
    await program().parseAsync(args, { from: "user" });
  } catch (error) {
    const { exitCode, code } = error as { exitCode?: number; code?: unknown };
    // commander has printed its own errors and help already. An engine's error has a number for its code.
    const printed = typeof code === "string" && code.startsWith("commander.");
    if (!printed) process.stderr.write(formatError(error) + "\n");
    process.exitCode = exitCode ?? 1;
  }
}
