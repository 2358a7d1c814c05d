/** A small world, machines that answer without booting, and ways to knock at them. */
import { execFile } from "node:child_process";
import { copyFileSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { ensureLabImage } from "../../../lab/clouds/realize/image";
import type { Balancer, CloudNetwork, InboundRule, Machine, World } from "../../../lab/clouds/world";
import { buildImage } from "../../../lab/image/docker";
import { ensureNodeImage } from "../../../lab/image/node-image";
import { cacheFolder } from "../../../tools/paths";

const execFileAsync = promisify(execFile);
export const LAB = "realtest";

/** Runs a program; gives what it printed. Never throws for an exit code: "" then. */
export async function output(program: string, ...args: string[]): Promise<string> {
  return execFileAsync(program, args).then(
    ({ stdout }) => stdout.trim(),
    () => "",
  );
}

/** Runs a program that must do well. */
export async function must(program: string, ...args: string[]): Promise<string> {
  return (await execFileAsync(program, args)).stdout.trim();
}

export const inside = (id: string, script: string) => must("docker", "exec", `storm-${LAB}-${id}`, "sh", "-c", script);

/** "NAME ADDRESS" of who answers and whom it saw, "" for no answer within 2 s. */
const knock = (address: string, port: number) => [
  "curl",
  "-s",
  "--noproxy",
  "*",
  "-m",
  "2",
  `http://${address}:${port}/`,
];
export const fromMachine = (id: string, address: string, port = 80) =>
  output("docker", "exec", `storm-${LAB}-${id}`, ...knock(address, port));
export const fromVisitors = (address: string, port = 80) =>
  output("nsenter", `--net=/run/netns/storm-${LAB}-visitors`, ...knock(address, port));
export const fromHere = (address: string, port = 80) => output("env", ...knock(address, port));

/** Polls until `look` gives `wanted`; says what it saw last. */
export async function until(seconds: number, wanted: unknown, look: () => Promise<unknown>): Promise<void> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const seen = JSON.stringify(await look().catch((error: Error) => error.message));
    if (seen === JSON.stringify(wanted)) return;
    if (Date.now() > end) throw new Error(`not within ${seconds} s: ${JSON.stringify(wanted)}; last seen: ${seen}`);
    await new Promise((done) => setTimeout(done, 200));
  }
}

/** Says its name and whom it sees, by TCP on four ports and UDP on one. Stands for systemd too: ends when it is asked to. */
const ANSWERS = `import os, signal, socket, socketserver, threading
name = socket.gethostname()
for number in (signal.SIGTERM, 37):
    signal.signal(number, lambda *_: os._exit(0))
class Tcp(socketserver.StreamRequestHandler):
    def handle(self):
        first = self.rfile.readline().decode()
        proxy = " " + first.strip() if first.startswith("PROXY") else ""
        self.wfile.write(f"HTTP/1.0 200 OK\\r\\n\\r\\n{name} {self.client_address[0]}{proxy}".encode())
class Udp(socketserver.BaseRequestHandler):
    def handle(self):
        self.request[1].sendto(f"{name} {self.client_address[0]}".encode(), self.client_address)
socketserver.TCPServer.allow_reuse_address = True
servers = [socketserver.ThreadingTCPServer(("", port), Tcp) for port in (80, 81, 82, 83)]
servers.append(socketserver.ThreadingUDPServer(("", 51820), Udp))
for server in servers:
    threading.Thread(target=server.serve_forever).start()
`;

export interface Images {
  /** The lab's image, with an authority of its own. */
  machine: string;
  /** Made of it: its machines only answer. */
  answering: string;
}

export async function removeImages({ machine, answering }: Images): Promise<void> {
  await must("docker", "rmi", answering, machine);
}

export async function images(): Promise<Images> {
  const { reference: nodeImage } = await ensureNodeImage({ cacheDir: cacheFolder(), report: () => undefined });
  const folder = mkdtempSync(join(tmpdir(), "storm-realize-image-"));
  try {
    const [key, ca, lego] = ["key.pem", "ca.pem", "lego"].map((file) => join(folder, file)) as [string, string, string];
    const subject = ["-subj", "/CN=Lab of a test", "-days", "2"];
    await must("openssl", "req", "-x509", "-newkey", "ed25519", "-nodes", "-keyout", key, "-out", ca, ...subject);
    copyFileSync("/bin/true", lego);
    const caPem = await must("cat", ca);
    const machine = await ensureLabImage({ nodeImage, caPem, lego });
    const [dockerfile, answers] = [join(folder, "Dockerfile"), join(folder, "answers.py")];
    const entry = JSON.stringify(["/usr/local/sbin/storm-lab-init", "python3", "/answers.py"]);
    writeFileSync(dockerfile, `FROM ${machine}\nCOPY answers.py /answers.py\nENTRYPOINT ${entry}\n`);
    writeFileSync(answers, ANSWERS);
    const answering = `storm-lab-test:${process.pid}`;
    const log = join(folder, "log");
    await buildImage({ reference: answering, dockerfile, files: { "answers.py": answers }, workDir: folder, log });
    return { machine, answering };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

export const network = (id: string, cidr: string): CloudNetwork => ({ id, site: id, cidr });

export function allow(protocol: InboundRule["protocol"], port: number, from: string): InboundRule {
  return { allow: true, protocol, ports: [port, port], from: [from] };
}

export function machine(id: string, more: Partial<Machine> & Pick<Machine, "network" | "privateAddress">): Machine {
  return {
    ...{ id, name: id, cloud: "aws", site: "here", inbound: [], userData: "", cpus: 1, memoryMiB: 256, volumes: [] },
    metaData: { "instance-id": `i-${id}` },
    ...more,
  };
}

export function balancer(id: string, more: Partial<Balancer> & Pick<Balancer, "network" | "privateAddress">): Balancer {
  return {
    ...{ id, site: "here", inbound: [], listeners: [{ port: 80, targetPort: 80 }], targets: [], proxyProtocol: false },
    ...{ intervalSeconds: 1, fall: 2, rise: 1 },
    ...more,
  };
}

export function world(parts: Partial<World>): World {
  return { networks: [], machines: [], groups: [], balancers: [], zones: [], ...parts };
}
