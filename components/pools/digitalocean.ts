import * as pulumi from "@pulumi/pulumi";
import { DigitalOceanElasticPool } from "../digitalocean/elastic-pool";
import { DigitalOceanPool } from "../digitalocean/fixed-pool";
import { ubuntuImage } from "../digitalocean/image";
import { scopeOf } from "../digitalocean/names";
import { digitalOceanProvider } from "../digitalocean/provider";
import { DigitalOceanLoadBalancer } from "../load-balancer/digitalocean";
import { DigitalOceanNetwork } from "../network/digitalocean";
import { DigitalOceanFirewall } from "../network/digitalocean-firewall";
import type { Site, SiteArgs } from "../site";
import { rendezvousOf } from "./birth";

/** One region of DigitalOcean as a site. */
export function createSite(args: SiteArgs): Site {
  const { plan, site } = args;
  const scope = scopeOf(plan, site);
  const providers = { providers: [digitalOceanProvider(site.name)] };
  const network = new DigitalOceanNetwork(`${site.name}-network`, { plan, site }, providers);
  const balancer = new DigitalOceanLoadBalancer(
    `${site.name}-load-balancer`,
    {
      scope,
      region: site.region,
      vpc: network.vpc.id,
      project: network.project.id,
      tag: network.siteTag.name,
      network: plan.network,
    },
    providers,
  );
  new DigitalOceanFirewall(
    `${site.name}-firewall`,
    {
      scope,
      network: plan.network,
      siteTag: network.siteTag.name,
      managerTag: network.roleTags.get("manager")?.name,
      loadBalancer: balancer.id,
    },
    providers,
  );
  const image = ubuntuImage(args, network);
  const pools = plan.pools.filter((pool) => pool.site === site.name);
  const nodes = pools
    .filter((pool) => !pool.elastic)
    .flatMap((pool) => new DigitalOceanPool(pool.name, { ...args, pool, network, image }, providers).nodes);
  const rendezvous = rendezvousOf(nodes);
  for (const pool of pools.filter(({ elastic }) => elastic))
    new DigitalOceanElasticPool(pool.name, { ...args, pool, network, image, rendezvous }, providers);
  return {
    nodes,
    entry: {
      addresses: balancer.address.apply((address) => [address]),
      ports: pulumi.output<Record<string, number>>({ https: 443, http: 80 }),
      proxyProtocolFrom: network.vpc.ipRange.apply((range) => [range]),
    },
  };
}
