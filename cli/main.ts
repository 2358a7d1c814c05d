import { Command } from "commander";
import { allowClosedOutput } from "./closed-output";
import { commandFile } from "./command-file";
import { addCredentials } from "./credential-commands";
import { addDebug, exitCodesHelp, failure, wrongCommandLine } from "./errors";
import { addChanging } from "./changing-commands";
import { addCi } from "./ci-commands";
import { addLab } from "./lab-commands";
import { addLooking } from "./looking-commands";
import { didYouMean, nearestWord } from "../spec/nearest";
import { err, out, outputFor } from "./outputs";

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
    .action((options) => commandFile("plan").plan(options, err()));

  storm
    .command("start")
    .description("set everything up and deploy storm.yml (`npm start`)")
    .option("-s, --stack <name>", "environment to deploy", "dev")
    .option("-f, --file <path>", "another storm.yml; stays in the stack's config")
    .option("--json", "print the outputs as JSON, secrets left out")
    .option("-v, --verbose", "a line for every resource")
    .action((options) => commandFile("start").start(options, outputFor(options)));

  storm
    .command("stop")
    .description("destroy the cluster; only caches stay (`npm stop`)")
    .option("-s, --stack <name>", "environment to destroy", "dev")
    .option("-y, --yes", "for scripts; nothing is asked anyway")
    .option("-v, --verbose", "a line for every resource")
    .action((options) => commandFile("stop").stop(options, out()));

  storm
    .command("env")
    .description("print the shell's exports for a stack's cluster: eval $(npx storm env dev)")
    .argument("<stack>")
    .option("--json", "as JSON")
    .action((stack, options) => commandFile("env").env(stack, options, err()));

  storm
    .command("lock")
    .description("write storm.lock: the machine images and container digests that a stack runs")
    .option("-s, --stack <name>", "environment to read from", "dev")
    .option("--json", "print the lock as JSON, too")
    .action((options) => commandFile("lock").lock(options, err()));

  storm
    .command("pulumi")
    .description("run the engine that set-up found, with this checkout's backend (`npm run -s pulumi -- ARGS`)")
    .argument("[args...]")
    .allowUnknownOption()
    .helpOption(false)
    .action(async (args) => {
      process.exitCode = await commandFile("pulumi").pulumi(args, err());
    });

  storm
    .command("doctor")
    .description("what is installed, what is missing, what stands in for what (`npm run doctor`)")
    .option("--json", "as JSON")
    .action(async (options) => {
      process.exitCode = await commandFile("doctor").doctor(options, out());
    });

  storm
    .command("test")
    .description("run all tests of this checkout (`npm test`)")
    .option("--fast", "only those that need neither engine, containers nor database (`npm run test:fast`)")
    .action((options) => commandFile("test").test(options, out()));

  storm
    .command("verify-official")
    .description(
      "the previews of tests/previews on Pulumi's official plugins, without an account (`npm run verify:official`)",
    )
    .action(async () => {
      process.exitCode = await commandFile("verify-official").verifyOfficial(out());
    });

  storm
    .command("bench")
    .description("measure this checkout (`npm run bench`)")
    .argument("[args...]")
    .allowUnknownOption()
    .action(async (args) => {
      process.exitCode = await commandFile("bench").bench(args, out());
    });

  storm
    .command("demo")
    .description(
      "a cluster over three clouds on this machine loses nodes and a site, and is destroyed (`npm run demo`)",
    )
    .option("--json", "the steps with their figures as JSON, too")
    .action((options) => commandFile("demo").demo(options, outputFor(options)));

  addLooking(storm);
  addChanging(storm);
  addCi(storm);
  addCredentials(storm);
  addLab(storm);
  addDebug(storm);
  storm.addHelpText("after", exitCodesHelp());

  storm.on("command:*", ([word]: string[]) => {
    const names = storm.commands.map((command) => command.name());
    throw wrongCommandLine(`unknown command ${word}${didYouMean(nearestWord(word ?? "", names))}`, [
      `Commands: ${names.join(", ")}`,
    ]);
  });
  return storm;
}

/** Runs one command; tools/bootstrap.js calls this. */
export async function main(args: string[]): Promise<void> {
  allowClosedOutput();
  try {
    // Everything after `pulumi` is the engine's, flags that look like ours included.
    if (args[0] === "pulumi") {
      const rest = args[1] === "--" ? args.slice(2) : args.slice(1);
      process.exitCode = await commandFile("pulumi").pulumi(rest, err());
      return;
    }
    await program().parseAsync(args, { from: "user" });
  } catch (error) {
    const { text, code } = failure(error, args);
    process.stderr.write(text);
    process.exitCode = code;
  }
}
