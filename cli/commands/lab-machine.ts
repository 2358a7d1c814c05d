import { setTimeout as pause } from "node:timers/promises";
import { labCommand, labStatus } from "../../lab/clouds/client";
import type { LabStatus } from "../../lab/clouds/status";
import type * as Ssh from "../../lab/hosts/ssh";
import { UserError } from "../../tools/errors";
import { labFolder } from "../../tools/lab-clouds";
import type { Output } from "../../tools/report";
import { ensureHostsKey, hostsKeyFile } from "../lab-hosts-key";
import { answering } from "./lab";

/** Until a machine has booted. */
const BOOT_MS = 120_000;

/** `npm run lab -- machine NAME`: a machine of one's own that SSH gets into, and what to write into storm.yml. */
export async function labMachine(name: string, output: Output): Promise<void> {
  await answering(labStatus(labFolder)); // whose folder the key is for
  const key = ensureHostsKey();
  await answering(labCommand(labFolder, { do: "own", machine: name, authorizedKey: key.public }));
  const { machines } = await labStatus(labFolder);
  const { publicAddress: address = "", hostKey = "" } = machineOf(machines, name);
  await booted({ name, address, port: 22, user: "root", hostKey, privateKey: key.private });
  output.write(
    `${name} answers at ${address}. In storm.yml, with a region if it is to be near one:\n\n` +
      `    Hosts:\n      - {name: ${name}, address: ${address}, hostKey: ${hostKey}}\n\n` +
      `A stack of the lab gets the key that lets the program in; ssh -i ${hostsKeyFile} root@${address} does so by hand.\n` +
      `npm run lab -- terminate ${name} takes the machine away.\n`,
  );
}

function machineOf(machines: LabStatus["machines"], name: string): LabStatus["machines"][number] {
  const found = machines.find((each) => each.cloud === undefined && each.name === name);
  if (found === undefined) throw new Error(`the lab made ${name} and does not have it`);
  return found;
}

/** Until SSH lets the program in, as it will later. */
async function booted(login: Ssh.HostLogin): Promise<void> {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- on demand: other commands load no SSH client
  const ssh = require("../../lab/hosts/ssh") as typeof Ssh;
  for (const until = Date.now() + BOOT_MS; ; await pause(250)) {
    try {
      const { client } = await ssh.connect(login);
      client.end();
      return;
    } catch (error) {
      if (!(error instanceof ssh.Unreachable)) throw error;
      if (Date.now() > until) throw new UserError(`${login.name} ${error.message}`);
    }
  }
}
