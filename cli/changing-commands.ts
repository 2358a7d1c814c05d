import type { Command } from "commander";
import { UserError } from "../tools/errors";
import { commandFile } from "./command-file";
import { err, out, outputFor } from "./outputs";

/** The commands that change a stack after they have asked, and those that say what would change. */
export function addChanging(storm: Command): void {
  ofStack(storm, "deploy", "show the plan and what would change, ask, then deploy storm.yml")
    .option("-f, --file <path>", "another storm.yml; stays in the stack's config")
    .option("-y, --yes", "do not ask")
    .option("--production", "make it a production stack, for good: data is protected, operators' keys leave this disk")
    .option("--json", "print the outputs as JSON, secrets left out")
    .option("-v, --verbose", "a line for every resource")
    .action((stack, options) =>
      commandFile("deploy").deploy({ ...options, stack: stackOf(stack, options) }, outputFor(options)),
    );

  ofStack(storm, "preview", "what a deployment would change and what would be lost; changes nothing")
    .option("-f, --file <path>", "another storm.yml, this once")
    .option("--json", "as JSON")
    .option("--markdown", "as Markdown, for a pull request")
    .action((stack, options) => commandFile("preview").preview({ ...options, stack: stackOf(stack, options) }, err()));

  storm
    .command("scale")
    .description("give a pool of storm.yml another number of nodes, and deploy it")
    .argument("<pool>")
    .argument("<count>", "4, or a range such as 2..10 for an elastic pool")
    .option("-s, --stack <name>", "environment to deploy", "dev")
    .option("--dry-run", "show the change of storm.yml and what it comes to; write nothing")
    .option("-y, --yes", "do not ask")
    .option("-v, --verbose", "a line for every resource")
    .action((pool, count, options) => commandFile("scale").scale(pool, count, options, out()));

  storm
    .command("launch")
    .description("add a pool to storm.yml, and deploy it: storm launch 1 Azure medium web")
    .argument("<count>", "1, or a range such as 2..10 for an elastic pool")
    .argument("<provider>", "AWS, Azure, DigitalOcean or Local")
    .argument("<size>", "micro to xlarge, or a type of the provider")
    .argument("<name>", "of the pool; its nodes are NAME-1, NAME-2, ...")
    .option("-s, --stack <name>", "environment to deploy", "dev")
    .option("--region <region>", "default: the provider's in storm.yml")
    .option("--role <role>", "manager, worker or data")
    .option("--dry-run", "show the change of storm.yml and what it comes to; write nothing")
    .option("-y, --yes", "do not ask")
    .option("-v, --verbose", "a line for every resource")
    .action((count, provider, size, name, options) =>
      commandFile("launch").launch([count, provider, size, name], options, out()),
    );

  ofStack(storm, "destroy", "say what will be lost, ask for the stack's name, then destroy it; disks for data stay")
    .option(
      "--data",
      "the disks for data go, too; then shows what else carries the cluster's tags, and asks whether it goes",
    )
    .option(
      "--force-production",
      "of a production stack, which is not destroyed without this: what is protected goes, too",
    )
    .option("-y, --yes", "do not ask, but for what --data finds by tags: that takes somebody who sees it")
    .option("-v, --verbose", "a line for every resource")
    .action((stack, options) => commandFile("destroy").destroy({ ...options, stack: stackOf(stack, options) }, out()));

  ofStack(storm, "available", "how many more nodes of each size the limits of storm.yml leave room for")
    .option("-f, --file <path>", "another storm.yml, this once")
    .option("--json", "as JSON")
    .action((stack, options) =>
      commandFile("available").available({ ...options, stack: stackOf(stack, options) }, err()),
    );

  ofStack(storm, "config", "which credentials storm.yml needs, and whether they work; asks for those that it stores")
    .option("--check", "ask for nothing, store nothing")
    .addHelpText("after", "\nExit code 1: one is missing or refused.")
    .action(async (stack, options) => {
      process.exitCode = await commandFile("config").config(stackOf(stack, options), options, out(), err());
    });

  storm
    .command("secret")
    .description("secrets of compose stacks, which are in the swarm alone")
    .command("set")
    .description("make a version of a secret; its value comes by standard input or is asked for, and is not shown")
    .argument("<stack>", "compose stack of storm.yml that shall have it")
    .argument("<name>", "of the secret")
    .option("-s, --stack <name>", "environment", "dev")
    .action((stack, name, options) =>
      commandFile("secret").setSecret(stack, name, options, { out: out(), err: err() }),
    );

  storm
    .command("init")
    .description("write a storm.yml from a few questions; options answer them beforehand")
    .option("-f, --file <path>", "where to", "storm.yml")
    .option("--force", "write over a file that is there")
    .option("--provider <provider>", "Local, AWS, Azure or DigitalOcean")
    .option("--nodes <count>", "how many")
    .option("--size <size>", "micro to xlarge, or a type of the provider")
    .option("--region <region>", "of a cloud")
    .option("--name <name>", "of the cluster")
    .option("--domain <domain>", "below which services answer")
    .option("--admin-cidr <cidr>", "network from which a cloud's nodes are reached")
    .action((options) => commandFile("init").init(options, out()));
}

/** A command on a stack, which is named by its place or by an option; see `stackOf`. */
export function ofStack(parent: Command, name: string, description: string) {
  return parent
    .command(name)
    .description(description)
    .argument("[stack]", "environment (default: dev)")
    .option("-s, --stack <name>", "the same, as other commands have it");
}

/** The stack that is meant: by its place or by the option that other commands have. */
export function stackOf(given: string | undefined, { stack }: { stack?: string }): string {
  if (given !== undefined && stack !== undefined && given !== stack)
    throw new UserError(`two stacks are named: ${given} and ${stack}`);
  return given ?? stack ?? "dev";
}
