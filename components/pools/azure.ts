import { Provider } from "@pulumi/azure-native/provider";
import * as pulumi from "@pulumi/pulumi";
import { AzureBastion } from "../azure/bastion";
import { AzureElasticPool } from "../azure/elastic-pool";
import { AzureFixedPool } from "../azure/fixed-pool";
import type { AzurePoolArgs } from "../azure/pool-args";
import { AzureLoadBalancer } from "../load-balancer/azure";
import { AzureNetwork } from "../network/azure";
import type { Site, SiteArgs } from "../site";
import { rendezvousOf } from "./birth";

/** An Azure region as a site. Who deploys is said by the usual ARM_* variables or `az login`; see docs/clouds.md. */
export function createSite(args: SiteArgs): Site {
  const { plan, site } = args;
  // One of its own for each site: the default provider would read the region from wherever it finds one.
  const provider = new Provider(site.name, { location: site.region });
  const inSite = { provider };
  const network = new AzureNetwork(`${site.name}-network`, { plan, site }, inSite);
  const { placement } = network;
  const balancer = new AzureLoadBalancer(`${site.name}-load-balancer`, { plan, site, placement }, inSite);
  const bastion = plan.network.private
    ? new AzureBastion(`${site.name}-bastion`, { ...args, network }, inSite).proxy
    : undefined;
  const poolArgs = (pool: AzurePoolArgs["pool"]) => ({
    ...args,
    pool,
    network,
    backendId: balancer.backendId,
    bastion,
  });
  const pools = plan.pools.filter((pool) => pool.site === site.name);
  const made = pools
    .filter((pool) => !pool.elastic)
    .flatMap((pool) => new AzureFixedPool(`${site.name}-${pool.name}`, poolArgs(pool), inSite).nodes);
  const byName = new Map(made.map((node) => [node.plan.name, node]));
  // In the plan's order.
  const nodes = plan.nodes.flatMap((node) => byName.get(node.name) ?? []);
  const rendezvous = rendezvousOf(nodes);
  for (const pool of pools.filter(({ elastic }) => elastic))
    new AzureElasticPool(`${site.name}-${pool.name}`, { ...poolArgs(pool), rendezvous }, inSite);
  return {
    nodes,
    entry: { addresses: pulumi.all([balancer.address]), ports: pulumi.output(balancer.ports) },
  };
}
