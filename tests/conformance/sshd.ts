/** A real OpenSSH server of its own on a loopback port, for the user that runs the tests. */
import { execFile, spawn, type ChildProcess } from "node:child_process";
import { access, mkdir, readFile, writeFile } from "node:fs/promises";
import { createServer, connect } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const SBIN = "/usr/sbin";

export interface Sshd {
  readonly port: number;
  readonly user: string;
  /** The client's key, in OpenSSH format. */
  readonly privateKey: string;
  /** The server's public key, as `connection.hostKey` wants it. */
  readonly hostKey: string;
  stop(): Promise<void>;
}

export interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKey: string;
  readonly hostKey: string;
}

/** Starts a server below `dir`; `settings` are further lines of its configuration. */
export async function startSshd(dir: string, settings: readonly string[] = [], port?: number): Promise<Sshd> {
  const program = await findSshd();
  await mkdir(dir, { recursive: true });
  const [hostKeyFile, clientKeyFile] = [join(dir, "host"), join(dir, "client")];
  if (!(await exists(hostKeyFile))) {
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", hostKeyFile]);
    await run("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", clientKeyFile]);
  }
  const chosen = port ?? (await freePort());
  const config = [
    `Port ${chosen}`,
    "ListenAddress 127.0.0.1",
    `HostKey ${hostKeyFile}`,
    `AuthorizedKeysFile ${clientKeyFile}.pub`,
    `PidFile ${join(dir, "pid")}`,
    // The folder of a test is below /tmp, which strict mode does not accept.
    "StrictModes no",
    "UsePAM no",
    "PasswordAuthentication no",
    "MaxStartups 100",
    "Subsystem sftp internal-sftp",
    ...settings,
  ];
  await writeFile(join(dir, "sshd_config"), `${config.join("\n")}\n`);
  if (process.getuid?.() === 0) {
    await mkdir("/run/sshd", { recursive: true, mode: 0o755 });
  }
  const server = spawn(program, ["-D", "-e", "-f", join(dir, "sshd_config")], { stdio: ["ignore", "ignore", "pipe"] });
  await listening(server, chosen);
  return {
    port: chosen,
    user: userInfo().username,
    privateKey: await readFile(clientKeyFile, "utf8"),
    hostKey: (await readFile(`${hostKeyFile}.pub`, "utf8")).trim(),
    stop: () => end(server),
  };
}

/** The `connection` input that leads to a server. */
export function connectionTo({ port, user, privateKey, hostKey }: Sshd): Connection {
  return { host: "127.0.0.1", port, user, privateKey, hostKey };
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") {
    throw new Error("no free port");
  }
  return address.port;
}

async function findSshd(): Promise<string> {
  const dirs = [...(process.env["PATH"] ?? "").split(":"), SBIN].filter((dir) => dir.startsWith("/"));
  for (const dir of dirs) {
    if (await exists(join(dir, "sshd"))) {
      return join(dir, "sshd");
    }
  }
  throw new Error(
    "these tests need an SSH server: install the package openssh-server (apt-get install openssh-server)",
  );
}

async function listening(server: ChildProcess, port: number): Promise<void> {
  let complaint = "";
  server.stderr?.on("data", (data: Buffer) => (complaint += data.toString()));
  for (let tries = 0; tries < 100; tries += 1) {
    if (server.exitCode !== null) {
      throw new Error(`sshd did not start: ${complaint}`);
    }
    if (await answers(port)) {
      return;
    }
    await sleep(50);
  }
  throw new Error(`sshd does not listen on port ${port}: ${complaint}`);
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.once("error", () => resolve(false));
  });
}

async function end(server: ChildProcess): Promise<void> {
  if (server.exitCode === null) {
    const exited = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGTERM");
    await exited;
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
