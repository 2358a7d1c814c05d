import { type Before, beforeOf, birthOf, MEMORY, VOLUME_NODE } from "../../plan/before";
import { makePlan } from "../../plan/plan";
import type { NodePlan, Plan } from "../../plan/types";
import { load } from "../../spec/load";

/** The plan of a storm.yml text in the environment `dev`. */
export function planOf(text: string, env = "dev", before?: Before): Plan {
  return makePlan(load(text, { fileName: "storm.yml" }).spec, { env, before }).plan;
}

/** What the state says when this plan has been brought up. */
export function broughtUp(plan: Plan): Before {
  const urn = (types: string, name: string) => `urn:pulumi:dev::storm::${types}::${name}`;
  return beforeOf([
    ...plan.nodes.map(({ name }) => ({ urn: urn("storm:pools:AwsFixedPool$aws:ec2/instance:Instance", name) })),
    ...plan.nodes
      .filter(({ role }) => role === "manager")
      .map((node) => ({
        urn: urn(`${MEMORY}$pulumi:index:Stash`, node.name),
        outputs: { input: birthOf(plan, node) },
      })),
    ...plan.pools.map(({ key }) => ({
      urn: urn(`${MEMORY}$pulumi:index:Stash`, key),
      outputs: { input: birthsOf(plan, key) },
    })),
    { urn: urn(`${MEMORY}$pulumi:index:Stash`, VOLUME_NODE), outputs: { input: plan.volumeNode } },
  ]);
}

/** Of a pool's nodes that are no managers. */
function birthsOf(plan: Plan, pool: string): object {
  const own = plan.nodes.filter((node) => node.pool === pool && node.role !== "manager");
  return Object.fromEntries(own.map((node) => [node.name, birthOf(plan, node)]));
}

/** Names and what makes a node what it is, by name. */
export function nodesByName(plan: Plan): Map<string, NodePlan> {
  return new Map(plan.nodes.map((node) => [node.name, node]));
}

/** The key of a host that nobody has. */
export const HOST_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMqXgRLKG73K+sIxs5oj3E2nhu/4FHxOcrmAd4Wv7ki7";
