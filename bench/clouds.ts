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
  const pools = (cloud: string, region: string, count: number) =>
    `${cloud}: { region: ${region}, pools: [{ name: ${cloud.toLowerCase()}, count: ${count}, size: medium }] }\n`;
  const third = Math.floor(nodes / 3);
  return [
    "Hostname: storm.example.com\n",
    pools("AWS", "eu-central-1", nodes - 2 * third),
    pools("Azure", "westeurope", third) + pools("DigitalOcean", "ams3", third),
    "network: { adminCidrs: [203.0.113.7/32] }\n",
  ].join("");
}

/** Sizes of figure 6: the largest counts; from all three follows whether it grows with the nodes or faster. */
export const CLOUD_NODES = [30, 100, 300] as const;

/** One preview of each size, after a first one that fills the caches. */
export async function cloudPreviews(
  [small, middle, large]: typeof CLOUD_NODES,
  say: (line: string) => void,
): Promise<[CloudPreview, CloudPreview, CloudPreview]> {
  const lab = await PreviewLab.start(false);
  const measure = async (nodes: number): Promise<CloudPreview> => {
    const memory = new MemoryWatch();
    const began = performance.now();
    const { resources } = await lab.preview(stormYml(nodes), { stack: `nodes-${nodes}` });
    const seconds = round((performance.now() - began) / 1000);
    const peakMiB = memory.stop();
    say(`preview of ${nodes} nodes over three clouds: ${seconds} s, ${peakMiB} MiB`);
    return { nodes, seconds, resources: resources.length, peakMiB };
  };
  try {
    await lab.preview(stormYml(3), { stack: "first" });
    return [await measure(small), await measure(middle), await measure(large)];
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
