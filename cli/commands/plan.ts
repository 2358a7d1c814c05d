import { makePlanOf } from "../preflight";
import { printPlan } from "../../plan/print";
import { Backend } from "../../tools/backend";
import type { Output } from "../../tools/report";
import { stormFile } from "../config";

export interface PlanOptions {
  stack: string;
  file?: string;
  json?: boolean;
}

/** `storm plan`: what storm.yml comes to, what it costs and what loss it survives. Reads files only; asks no engine and no cloud. */
export async function plan(options: PlanOptions, output: Output): Promise<void> {
  const file = options.file === undefined ? undefined : stormFile(options.file, process.env.INIT_CWD ?? process.cwd());
  const { plan: wanted, warnings } = await makePlanOf(options.stack, file, output);
  if (options.json) return void process.stdout.write(JSON.stringify({ ...wanted, warnings }, null, 2) + "\n");
  const deployed = new Backend().state(options.stack)?.outputs["cost"];
  process.stdout.write(printPlan({ ...wanted, warnings }) + costChange(wanted.cost.monthlyUsd, deployed));
}

/** "Cost change: $10.00 a month more than now.", or "" without a deployment to compare with. */
export function costChange(monthlyUsd: number, deployed: unknown): string {
  const before = (deployed as { monthlyUsd?: unknown } | undefined)?.monthlyUsd;
  if (typeof before !== "number") return "";
  const change = Math.round((monthlyUsd - before) * 100) / 100;
  if (change === 0) return "Cost change: none.\n";
  return `Cost change: $${Math.abs(change).toFixed(2)} a month ${change > 0 ? "more" : "less"} than now.\n`;
}
