/** The key that lets the program into the machines of one's own in the lab: the same in a lab's folder, as `storm:hostsKey` of its stacks. */
import { join } from "node:path";
import type * as Ssh2 from "ssh2";
import { readIfThere, writeAtomically } from "../tools/files";
import { labFolder } from "../tools/lab-clouds";

export const hostsKeyFile = join(labFolder, "hosts-key");

/** OpenSSH's forms. */
interface KeyPair {
  private: string;
  public: string;
}

/** Made when it is not there. */
export function ensureHostsKey(): KeyPair {
  const known = hostsKey();
  if (known !== undefined) return { private: known, public: readIfThere(`${hostsKeyFile}.pub`) ?? "" };
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- on demand: other commands load no SSH library
  const made = (require("ssh2") as typeof Ssh2).utils.generateKeyPairSync("ed25519");
  writeAtomically(`${hostsKeyFile}.pub`, `${made.public}\n`, 0o600);
  writeAtomically(hostsKeyFile, made.private, 0o600);
  return made;
}

/** The private half, if there is one: somebody made a machine. */
export function hostsKey(): string | undefined {
  return readIfThere(hostsKeyFile);
}
