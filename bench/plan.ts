/**
 * Figure 4: from the text of a storm.yml of 1,000 nodes to its Plan. `node --require tsx/cjs bench/plan.ts` prints the
 * milliseconds of this process's first plan, imports not counted: that is what "cold" means.
 */
import { spawnSync } from "node:child_process";
import { makePlan } from "../plan/plan";
import { load } from "../spec/load";
import { checkout } from "../tools/paths";

const TEXT = `Hostname: storm.localhost
AWS: [400, medium]
Azure: [200, small]
DigitalOcean: [300, small]
Local: [100, small]
`;

/** Milliseconds of one plan. */
export function planOnce(): number {
  const began = performance.now();
  const { plan } = makePlan(load(TEXT, { fileName: "storm.yml", env: "bench" }).spec, { env: "bench" });
  const took = performance.now() - began;
  if (plan.nodes.length !== 1000) throw new Error(`the plan has ${plan.nodes.length} nodes`);
  return took;
}

/** Milliseconds of the first plan of a process of its own. */
export function planCold(): number {
  const child = spawnSync(process.execPath, ["--require", "tsx/cjs", __filename], { cwd: checkout, encoding: "utf8" });
  if (child.status !== 0) throw new Error(child.stderr);
  return Number(child.stdout);
}

if (require.main === module) process.stdout.write(`${planOnce()}\n`);
