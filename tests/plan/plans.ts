import { makePlan } from "../../plan/plan";
import type { NodePlan, Plan } from "../../plan/types";
import { load } from "../../spec/load";

/** The plan of a storm.yml text in the environment `dev`. */
export function planOf(text: string, env = "dev"): Plan {
  return makePlan(load(text, { fileName: "storm.yml" }).spec, { env }).plan;
}

/** Names and what makes a node what it is, by name. */
export function nodesByName(plan: Plan): Map<string, NodePlan> {
  return new Map(plan.nodes.map((node) => [node.name, node]));
}

/** The key of a host that nobody has. */
export const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMqXgRLKG73K+sIxs5oj3E2nhu/4FHxOcrmAd4Wv7ki7";
