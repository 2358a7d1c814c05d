import type * as pulumi from "@pulumi/pulumi";
import type { PoolPlan } from "../../plan/types";
import type { AzureNetwork } from "../network/azure";
import type { Proxy } from "../node";
import type { SiteArgs } from "../site";

/** What a pool of an Azure site is made from. */
export interface AzurePoolArgs extends SiteArgs {
  pool: PoolPlan;
  network: AzureNetwork;
  /** The load balancer's backend pool. */
  backendId: pulumi.Output<string>;
  /** Private sites only: what SSH passes through. */
  bastion: Proxy | undefined;
}
