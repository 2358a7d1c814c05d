/** `storm lab`: the lab's clouds, past the program. */
import type { Command } from "commander";
import type { Command as LabCommand } from "../lab/clouds/commands";
import { UserError } from "../tools/errors";
import { commandFile } from "./command-file";
import { out } from "./outputs";

/** Adds `lab` and what it does to the command line. */
export function addLab(storm: Command): void {
  const lab = storm
    .command("lab")
    .description("AWS, Azure and DigitalOcean on this machine, for tests and rehearsals (`npm run lab -- ARGS`)")
    .addHelpText("after", HELP);
  lab
    .command("start")
    .description("start the clouds, empty")
    .action(() => commandFile("lab").labStart(out()));
  lab
    .command("stop")
    .description("remove everything that the clouds have")
    .action(() => commandFile("lab").labStop(out()));
  lab
    .command("status")
    .description("networks, machines, groups and load balancers")
    .option("--json", "as JSON")
    .action((options) => commandFile("lab").labShow(options, out()));
  lab
    .command("machine")
    .description("a bare machine of one's own on the lab's internet, for `Hosts`; prints its entry in storm.yml")
    .argument("<name>")
    .action((name) => commandFile("lab-machine").labMachine(name, out()));
  lab
    .command("visit")
    .description("run a command as somebody else on the lab's internet: visit curl https://...")
    .argument("<command...>")
    .passThroughOptions()
    .allowUnknownOption()
    .action(async (command) => {
      process.exitCode = await commandFile("lab").labVisit(command);
    });
  addMisfortune(lab);
}

const HELP = `
With STORM_LAB=1 the other commands deploy there: STORM_LAB=1 npm start -- --stack NAME --file FILE`;

/** Verb of the command line, word of the lab, and what it does to a machine. */
const POWER = [
  ["terminate", "terminate", "delete a machine in its cloud, or take one's own away"],
  ["shut-down", "stop", "shut a machine down"],
  ["kill", "kill", "cut a machine's power"],
  ["switch-on", "start", "switch a machine on"],
  ["reboot", "reboot", "shut a machine down and switch it on"],
] as const;

function addMisfortune(lab: Command): void {
  const act = (command: LabCommand) => commandFile("lab").labDo(command, out());
  const group = (name: string, what: string) => lab.command(name).description(what);
  group("size", "ask a group for a number of machines, as in its cloud's console")
    .argument("<group>")
    .argument("<machines>")
    .action((name, machines) => act({ do: "size", group: name, machines: whole(machines) }));
  for (const [verb, word, what] of POWER)
    group(verb, what)
      .argument("<machine>")
      .action((machine) => act({ do: word, machine }));
  group("lose", "all of a site dies at once")
    .argument("<site>")
    .action((site) => act({ do: "lose", site }));
  group("restore", "what was lost with a site is switched on again")
    .argument("<site>")
    .action((site) => act({ do: "restore", site }));
  group("forget", "delete a resource in its cloud, by id, name or URN")
    .argument("<resource>")
    .action((resource) => act({ do: "forget", resource }));
  group("set", "change an input of a resource in its cloud")
    .argument("<resource>")
    .argument("<path>", 'e.g. "securityRules.0.access"')
    .argument("<value>", "JSON")
    .action((resource, path, value) => act({ do: "set", resource, path, value: parsed(value) }));
  group("throttle", "the next calls of a cloud are too many")
    .argument("<cloud>", "aws, azure or digitalocean")
    .argument("<calls>")
    .action((cloud, calls) => act({ do: "throttle", cloud, count: whole(calls) }));
  group("quota", "how many machines a cloud allows; without a number as many as anybody wants")
    .argument("<cloud>")
    .argument("[machines]")
    .action((cloud, machines) => act({ do: "quota", cloud, ...(machines ? { count: whole(machines) } : {}) }));
  group("fail-boots", "the next machines of a cloud, or of one of its pools, die at their boot")
    .argument("<cloud>")
    .argument("<machines>")
    .argument("[pool]")
    .action((cloud, machines, pool) => act({ do: "boot", cloud, count: whole(machines), ...(pool ? { pool } : {}) }));
}

function whole(text: string): number {
  if (!/^\d+$/.test(text)) throw new UserError(`${JSON.stringify(text)} is no number of things: 0, 1, 2, ...`);
  return Number(text);
}

type Value = Extract<LabCommand, { do: "set" }>["value"];

function parsed(text: string): Value {
  try {
    return JSON.parse(text) as Value; // whatever JSON.parse gives is one
  } catch {
    throw new UserError(`${text} is no JSON`, ["A word needs its quotes: '\"Deny\"'."]);
  }
}
