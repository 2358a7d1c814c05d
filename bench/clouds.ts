/** Figure 6: previews of nodes over three clouds, on the real engine with the stand-ins of their plugins. */
import { readdirSync, readFileSync } from "node:fs";
import { PreviewLab } from "../tests/previews/lab";
import { round } from "./measure";

/** A preview of so many nodes. */
export interface CloudPreview {
  nodes: number;
  seconds: number;
  resources: number;
  /** Most memory that the engine, its plugins and the program had together. */
  peakMiB: number;
}

const SAMPLE_MS = 100;

/** A third of the nodes on each cloud; managers are chosen as for any such storm.yml. */
function stormYml(nodes: number): string {
  const pools = (cloud: string, region: string) =>
    `${cloud}: { region: ${region}, pools: [{ name: ${cloud.toLowerCase()}, count: ${nodes / 3}, size: medium }] }\n`;
  return [
    "Hostname: storm.example.com\n",
    pools("AWS", "eu-central-1") + pools("Azure", "westeurope") + pools("DigitalOcean", "ams3"),
    "network: { adminCidrs: [203.0.113.7/32] }\n",
  ].join("");
}

/** One preview each, after a first one that fills the caches. */
export async function cloudPreviews(sizes: readonly number[], say: (line: string) => void): Promise<CloudPreview[]> {
  const lab = await PreviewLab.start(false);
  try {
    await lab.preview(stormYml(3), { stack: "first" });
    const measured: CloudPreview[] = [];
    for (const nodes of sizes) {
      const memory = new MemoryWatch();
      const began = performance.now();
      const { resources } = await lab.preview(stormYml(nodes), { stack: `nodes-${nodes}` });
      const seconds = round((performance.now() - began) / 1000);
      measured.push({ nodes, seconds, resources: resources.length, peakMiB: memory.stop() });
      say(`preview of ${nodes} nodes over three clouds: ${seconds} s, ${measured.at(-1)?.peakMiB} MiB`);
    }
    return measured;
  } finally {
    lab.stop();
  }
}

/** Adds up what this process's descendants have, again and again. */
class MemoryWatch {
  private peak = 0;
  private readonly timer = setInterval(() => (this.peak = Math.max(this.peak, descendantsMiB(process.pid))), SAMPLE_MS);

  stop(): number {
    clearInterval(this.timer);
    return Math.round(this.peak);
  }
}

function descendantsMiB(root: number): number {
  const parents = new Map<number, number>();
  const memory = new Map<number, number>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const status = read(`/proc/${entry}/status`);
    parents.set(Number(entry), Number(/^PPid:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    memory.set(Number(entry), Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024);
  }
  const isOurs = (pid: number): boolean => pid > 1 && (parents.get(pid) === root || isOurs(parents.get(pid) ?? 0));
  return [...memory].reduce((sum, [pid, amount]) => sum + (isOurs(pid) ? amount : 0), 0);
}

function read(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    // a process that has ended
    return "";
  }
}
