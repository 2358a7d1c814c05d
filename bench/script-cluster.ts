/** The cluster that bench/cluster.sh builds: rendered beforehand, timed, asked for its page, and taken away again. */
import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as os from "node:os";
import * as path from "node:path";
import { freeSubnets, rangeOf, routedRanges } from "../lab/local/addresses";
import { limits } from "../lab/local/containers";
import { Docker } from "../lab/local/docker";
import type { Network } from "../lab/local/docker-types";
import { choosePorts } from "../lab/local/ports";
import { loadIpvs } from "../cli/config";
import { LOAD_BALANCER_PORTS } from "../boot/load-balancer";
import { loadAll } from "../load";
import { checkout } from "../tools/paths";
import type { LabSetup } from "../tools/setup";
import { type Phase, pageAnswers } from "./measure";
import { render } from "./render";

const CLUSTER = "storm-bench-script";
const SCRIPT = path.join(__dirname, "cluster.sh");
const docker = new Docker();

export interface Built {
  seconds: number;
  phases: Phase[];
}

/** Builds a cluster of so many nodes by the script; `down` has to follow, whatever happens. */
export class ScriptCluster {
  private readonly folder = fs.mkdtempSync(path.join(os.tmpdir(), "storm-bench-"));

  constructor(
    private readonly setup: LabSetup,
    private readonly nodes: number,
  ) {}

  async up(): Promise<Built> {
    const { stacks, plan } = this.load();
    const route = stacks.flatMap((stack) => stack.routes)[0];
    const ports = await freePorts();
    await render(this.folder, {
      plan,
      stacks,
      cluster: CLUSTER,
      subnet: await freeSubnet(),
      nodeImage: this.setup.nodeImage,
      cacheImage: this.setup.imageCache.reference,
      cacheEnvironment: this.setup.imageCache.environment,
      ports,
      limits: limitFlags,
    });
    const phases: Phase[] = [];
    const began = performance.now();
    await runScript("up", this.folder, (words, at) => phases.push({ name: words, at }));
    const seconds = (performance.now() - began) / 1000;
    const ca = path.join(this.folder, "keys", "ingress-ca.pem");
    if (route) await pageAnswers(`https://${route.host}:${ports.https}/`, fs.readFileSync(ca, "utf8"));
    return { seconds, phases };
  }

  async down(): Promise<void> {
    // A rendering that failed left nothing behind but perhaps this folder.
    if (fs.existsSync(path.join(this.folder, "cluster.env"))) await runScript("down", this.folder, () => undefined);
    fs.rmSync(this.folder, { recursive: true, force: true });
  }

  private load() {
    return loadAll({
      directory: checkout,
      file: "storm.yml",
      env: "bench",
      spec: { Local: [this.nodes, "small"] },
      ipvs: loadIpvs(),
      offline: this.setup.imageCache.mode === "offline",
      buildDirectory: path.join(checkout, ".storm", "builds"),
    });
  }
}

/** The script leads a process group: when we are interrupted, all of what it started ends with it. */
const running = new Set<number>();
export function endScripts(): void {
  for (const pid of running) process.kill(-pid, "SIGTERM");
}

function runScript(action: "up" | "down", folder: string, onPhase: (words: string, at: number) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", [SCRIPT, action, folder], { detached: true, stdio: ["ignore", "pipe", "pipe"] });
    if (child.pid !== undefined) running.add(child.pid);
    let text = "";
    let errors = "";
    child.stdout.setEncoding("utf8").on("data", (part: string) => {
      text += part;
      const whole = text.split("\n");
      text = whole.pop() ?? "";
      for (const line of whole) {
        const [, at, words] = /^phase (\S+) (.+)$/.exec(line) ?? [];
        if (words !== undefined) onPhase(words, Number(at));
      }
    });
    child.stderr.setEncoding("utf8").on("data", (part: string) => (errors += part));
    child.on("error", reject);
    child.on("close", (code) => {
      if (child.pid !== undefined) running.delete(child.pid);
      if (code === 0) resolve();
      else reject(new Error(`bench/cluster.sh ${action} ended with ${code}\n${errors.trim().slice(-2000)}`));
    });
  });
}

/** The last free block: clusters of the program take the first. */
async function freeSubnet(): Promise<string> {
  const networks = await docker.get<Network[]>("/networks");
  const used = networks.flatMap((network) => network.IPAM.Config ?? []).map(({ Subnet }) => rangeOf(Subnet ?? ""));
  const routed = routedRanges(fs.readFileSync("/proc/net/route", "utf8"));
  const subnet = freeSubnets([...used.filter((range) => range !== undefined), ...routed]).at(-1);
  if (!subnet) throw new Error("no subnet of 172.28.0.0/16 is free");
  return subnet;
}

function freePorts(): Promise<Record<string, number>> {
  const wanted = LOAD_BALANCER_PORTS.map(({ name, port }) => ({ name, container: port, preferred: [] }));
  return choosePorts(wanted, {}, new Set());
}

/** As the provider `storm` sets them. */
async function limitFlags(node: { cpus: number; memoryMiB: number }): Promise<string[]> {
  const set = (await limits(docker, node.cpus, node.memoryMiB)) as Partial<Record<string, number>>;
  const { NanoCpus: cpus, Memory: memory, MemorySwap: swap } = set;
  return [
    ...(cpus === undefined ? [] : [`--cpus=${cpus / 1e9}`]),
    ...(memory === undefined ? [] : [`--memory=${memory}`, `--memory-swap=${swap}`]),
  ];
}
