import { spawn } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { text } from "node:stream/consumers";
import { type NodeConfig, nodeConfig } from "../../boot/node-config";
import { makePlan } from "../../plan/plan";
import type { Plan } from "../../plan/types";
import { load } from "../../spec/load";

/** The plan of a storm.yml. */
export function planOf(text: string, env = "dev"): Plan {
  return makePlan(load(text, { fileName: "storm.yml", env }).spec, { env }).plan;
}

/** Two pools: three managers and two workers. */
export const TWO_POOLS = `
Hostname: storm.example.com
Local:
  pools:
    - {name: local, count: 3, size: small, role: manager}
    - {name: web, count: 2, size: micro, role: worker, labels: {tier: front}}
`;

/** The identity of a node of that plan. */
export function identity(text: string, name: string, imageCache?: { address: string }): NodeConfig {
  const plan = planOf(text);
  const node = plan.nodes.find((each) => each.name === name);
  if (!node) throw new Error(`no node ${name}`);
  return nodeConfig(plan, node, { imageCache });
}

/** The repository's own storm.yml. */
export function defaultStormFile(): string {
  return fs.readFileSync(path.join(__dirname, "..", "..", "storm.yml"), "utf8");
}

/** Runs a suite of Python's unittest in a folder: "passed", or its report. A test that is skipped in it nobody would count. */
export async function unittest(args: string[], folder: string): Promise<string> {
  const options = { cwd: folder, timeout: 120_000 } as const;
  const child = spawn("python3", ["-B", "-m", "unittest", ...args], {
    ...options,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const [status, report] = await Promise.all([
    new Promise((resolve, reject) => child.once("error", reject).once("close", resolve)),
    text(child.stderr),
  ]);
  return status === 0 && !report.includes("skipped=") ? "passed" : report;
}
