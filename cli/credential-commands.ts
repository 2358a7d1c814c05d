/** The commands that hand out access to a cluster, and take it back. */
import type { Command } from "commander";
import { commandFile } from "./command-file";
import { err } from "./outputs";

/** Adds them to the command line. */
export function addCredentials(storm: Command): void {
  const credentials = storm
    .command("credentials")
    .description(
      "access to a cluster for people without cloud credentials: its Docker API, and by VPN its names and Consul's UI",
    );
  const command = (name: string, description: string) =>
    credentials
      .command(name)
      .description(description)
      .option("-s, --stack <name>", "environment that it is of", "dev")
      .option("--json", "as JSON");

  command("issue", "a client certificate in somebody's name, in a folder that the docker client takes as it is")
    .argument("<person>", "alice or alice@example.com")
    .option("--ttl <time>", "how long it is good for: 30m, 8h, 7d; at most 30d", "8h")
    .option("--vpn", "with a tunnel to the managers, as a WireGuard configuration and its QR code")
    .option("-o, --out <folder>", "where to (default: storm-STACK-PERSON)")
    .option("--authority <stack>", "with the layer base, of an environment in several stacks")
    .addHelpText(
      "after",
      "\nThe folder has the person's key, of a production stack too: hand it over, and leave none here.",
    )
    .action((person, options) => commandFile("credentials").issue(person, options, err()));

  command("list", "who has one that is good")
    .option("-a, --all", "those revoked or ended in the last month, too")
    .action((options) => commandFile("credentials").list(options, err()));

  command("revoke", "take back all that somebody has, or one; in force within a minute")
    .argument("<person-or-serial-number>")
    .action((wanted, options) => commandFile("credentials").revokeAll(wanted, options, err()));
}
