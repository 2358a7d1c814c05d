/** SSH to machines that exist already: connects to the host that was meant, or says in a person's words why not. */
import { lookup } from "node:dns/promises";
import { Client, utils } from "ssh2";
import { endpoint } from "../plugins/command/connection";

/** Where and how SSH gets in. */
export interface HostLogin {
  /** Node's name, for messages. */
  name: string;
  address: string;
  port: number;
  user: string;
  /** OpenSSH public key that its sshd must show. */
  hostKey: string;
  /** OpenSSH private key, without a passphrase. */
  privateKey: string;
}

/** `answers` tells a machine that is off, or is another one by now, from one that is there and does not let us in. */
export class Unreachable extends Error {
  constructor(
    message: string,
    readonly answers: boolean,
  ) {
    super(message);
  }
}

/** What a program on the host said. */
export interface Said {
  code: number;
  stdout: string;
  stderr: string;
}

const CONNECT_SECONDS = 10;
const TRIES = 3;
const PAUSE_MS = 2_000;
/** A host that is switched off in the middle is noticed within three of these. */
const KEEPALIVE_MS = 5_000;

/** Exit codes of the shell's part, before Python has a say. */
export const NO_SUDO = 90;
export const NO_PYTHON = 91;

const PYTHON =
  'import sys, json; given = json.load(sys.stdin); exec(compile(given["program"], "storm", "exec"), ' +
  '{"__name__": "__main__", "DOCUMENT": given["document"]})';

/** As root whoever logs in, by `sh` whatever shell is theirs. */
function asRoot(command: string): string {
  const script =
    'if [ "$(id -u)" = 0 ]; then sudo=; elif sudo -n true 2>/dev/null; then sudo="sudo -n"; ' +
    `else exit ${NO_SUDO}; fi; command -v python3 >/dev/null || exit ${NO_PYTHON}; ${command}`;
  return `sh -c ${quote(script)}`;
}

const RESTORE_SCRIPT = "/usr/local/lib/storm/storm_restore.py";

/** Runs the restore script that the birth left there, if it is there. */
export const RESTORE = asRoot(`$sudo test -e ${RESTORE_SCRIPT} || exit 0; exec $sudo python3 ${RESTORE_SCRIPT}`);

/** The same for a machine whose first birth did not come to its end. */
export const TAKE_BACK = asRoot(
  `! $sudo test -e /var/lib/storm/born && $sudo test -e ${RESTORE_SCRIPT} || exit 0; exec $sudo python3 ${RESTORE_SCRIPT}`,
);

/** Runs a Python program that comes by standard input with its document: nothing of ours has to be there yet. */
export const RUN_PROGRAM = asRoot(`exec $sudo python3 -c ${quote(PYTHON)}`);

/**
 * Connects, with a few tries for what may pass.
 * @returns the client and the IPv4 address that it is connected to
 * @throws Unreachable
 */
export async function connect(login: HostLogin): Promise<{ client: Client; ipv4: string }> {
  for (let tries = 1; ; tries++) {
    try {
      return await connectOnce(login);
    } catch (error) {
      if (!(error instanceof Unreachable) || error.answers || tries === TRIES) throw error;
      await new Promise((done) => setTimeout(done, PAUSE_MS));
    }
  }
}

async function connectOnce(login: HostLogin): Promise<{ client: Client; ipv4: string }> {
  const where = `${login.address}:${login.port}`;
  const { address: ipv4 } = await lookup(login.address, { family: 4 }).catch(() => {
    throw new Unreachable(`the name ${login.address} has no IPv4 address: correct \`address\` in storm.yml`, false);
  });
  const { config } = await endpoint({ ...login, host: ipv4, perDialTimeout: CONNECT_SECONDS }).catch(
    (error: unknown) => {
      throw new Unreachable(`stack config storm:hostsKey is no usable key: ${words(error)}`, true);
    },
  );
  const client = new Client();
  return new Promise((resolve, reject) => {
    client.once("ready", () => {
      // A later error ends the command that is under way.
      client.removeAllListeners("error").on("error", () => undefined);
      resolve({ client, ipv4 });
    });
    client.once("error", (error) => {
      client.destroy();
      reject(refusal(error, login, where));
    });
    client.once("close", () => reject(new Unreachable(`SSH at ${where} closed the connection`, false)));
    client.connect({ ...config, agent: undefined, keepaliveInterval: KEEPALIVE_MS, keepaliveCountMax: 3 });
  });
}

function refusal(error: Error, { user, privateKey }: HostLogin, where: string): Unreachable {
  if (/verification failed|no matching host key/i.test(error.message))
    return new Unreachable(
      `shows another SSH host key than \`hostKey\` in storm.yml: if the machine was set up anew, look at its key and correct storm.yml`,
      false,
    );
  if (error.message.includes("All configured authentication methods failed"))
    return new Unreachable(
      `does not let ${user} in with the key of storm:hostsKey: add this line to ~${user}/.ssh/authorized_keys: ${publicLine(privateKey)}`,
      true,
    );
  return new Unreachable(`SSH does not answer at ${where} (${error.message}): start it, or correct storm.yml`, false);
}

function publicLine(privateKey: string): string {
  const key = utils.parseKey(privateKey);
  return key instanceof Error ? "(unreadable)" : `${key.type} ${key.getPublicSSH().toString("base64")}`;
}

/** Runs a command; rejects when the connection breaks or `seconds` are over. */
export function execute(client: Client, command: string, stdin: string, seconds: number): Promise<Said> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      client.destroy();
      reject(new Unreachable(`did not finish within ${seconds} s`, true));
    }, seconds * 1_000);
    const broken = (): void => {
      clearTimeout(timer);
      reject(new Unreachable("the connection broke", false));
    };
    client.once("close", broken);
    client.exec(command, (error, channel) => {
      if (error) return broken();
      const said: Said = { code: -1, stdout: "", stderr: "" };
      channel.on("data", (data: Buffer) => (said.stdout += data.toString("utf8")));
      channel.stderr.on("data", (data: Buffer) => (said.stderr += data.toString("utf8")));
      channel.on("exit", (code: number | null) => (said.code = code ?? 255));
      channel.on("close", () => {
        clearTimeout(timer);
        client.removeListener("close", broken);
        if (said.code === -1) reject(new Unreachable("the connection broke", false));
        else resolve(said);
      });
      // A program that does not read (no sudo) closes its end first.
      channel.on("error", () => undefined);
      channel.end(stdin);
    });
  });
}

/** What is wrong when not even Python was reached. */
export function startFailure({ code, stderr }: Said, user: string): string {
  if (code === NO_SUDO)
    return `${user} may not use sudo without a password: allow it with the line "${user} ALL=(ALL) NOPASSWD: ALL" in /etc/sudoers.d/storm`;
  if (code === NO_PYTHON) return "has no python3: `apt-get install python3`";
  return `a program ended with ${code}: ${stderr.trim().slice(-1_000)}`;
}

export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function quote(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
