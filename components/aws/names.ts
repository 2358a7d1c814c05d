import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../../plan/types";
import type { SiteArgs } from "../site";

export type Tags = Record<string, string>;

/** What every resource of the cluster carries: whose it is, and of which environment. */
export function clusterTags(plan: Pick<Plan, "name" | "env">): Tags {
  return { owner: plan.name, stack: plan.env };
}

/** Tags of one resource; `Name` is what the console shows. */
export function tagsOf(plan: Pick<Plan, "name" | "env">, name: string, pool?: string): Tags {
  return { ...clusterTags(plan), ...(pool === undefined ? {} : { pool }), Name: `${plan.name}-${plan.env}-${name}` };
}

/**
 * `ignoreChanges` of what has a physical name: it is a birth name. Another one, by a newer version of Storm, would be another load balancer
 * or group in place of the one that is there.
 */
export const KEEPS_NAME = ["name"];

/**
 * What the cloud itself calls a thing whose name must be unique in the account and region. At most 25 characters before `suffix`: a
 * load balancer's name has 32. Not the environment first: AWS takes no group whose name begins with "sg-", and no load balancer
 * that begins with "internal-".
 */
export function physicalName({ plan, clusterId }: Pick<SiteArgs, "plan" | "clusterId">, suffix: string) {
  return pulumi.interpolate`${clusterId}-${plan.env}-${suffix}`;
}
