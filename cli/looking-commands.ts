/** The commands that only look, or only lead somewhere: none of them changes a cluster. */
import type { Command } from "commander";
import { commandFile } from "./command-file";
import { err, out } from "./outputs";

const DEFAULT_STACK = "dev";

/** Adds them to the command line. */
export function addLooking(storm: Command): void {
  storm
    .command("validate")
    .description("check storm.yml and its compose files: every error with its line and column; asks nobody")
    .option("-f, --file <path>", "another storm.yml")
    .option("-s, --stack <name>", "environment whose values count", DEFAULT_STACK)
    .option("--json", "as JSON, for editors")
    .addHelpText("after", "\nExit code 1: there are errors.")
    .action((options) => {
      process.exitCode = commandFile("validate").validate(options, out());
    });

  storm
    .command("status")
    .description("what of a cluster there ought to be, is there, has joined and is healthy; services; certificates")
    .argument("[stack]", "environment to look at", DEFAULT_STACK)
    .option("--json", "as JSON")
    .option("-w, --watch", "again every two seconds, until Ctrl-C")
    .addHelpText(
      "after",
      "\nExit code 0 only when it ends with `Cluster health: OK`: also an ingress that answers nobody is a problem.\nA name that leads nowhere on this machine is none.",
    )
    .action(async (stack, options) => {
      process.exitCode = await commandFile("status").status(stack, options, out(), err());
    });

  storm
    .command("context")
    .description("make a context of the docker client, storm-STACK, that leads to the cluster")
    .argument("[stack]", "environment that it leads to", DEFAULT_STACK)
    .option("--rm", "take it away again")
    .action((stack, options) => commandFile("context").context(stack, options, out()));

  storm
    .command("ssh")
    .description("a shell on a node, or one command: storm ssh local-1 -- uptime")
    .argument("<node>")
    .argument("[command...]")
    .option("-s, --stack <name>", "environment of the node", DEFAULT_STACK)
    .addHelpText("after", "\nExit code: the command's; 255 when there was no connection.")
    .action(async (node, words, { stack }) => {
      process.exitCode = await commandFile("ssh").ssh(node, words, stack, err());
    });

  storm
    .command("logs")
    .description("what the tasks of a service have printed: storm logs demo_guestbook")
    .argument("<service>")
    .option("-s, --stack <name>", "environment of the service", DEFAULT_STACK)
    .option("-f, --follow", "go on until Ctrl-C")
    .option("-n, --tail <lines>", "last lines of each task only")
    .action((service, options) => commandFile("logs").logs(service, options, { out: out(), err: err() }));

  storm
    .command("completion")
    .description("print a completion script: source <(storm completion bash)")
    .argument("<shell>", "bash, zsh or fish")
    .action((shell) => {
      process.stdout.write(commandFile("completion").completion(shell, storm));
    });
}
