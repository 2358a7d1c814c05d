import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import type { PoolPlan } from "../../plan/types";
import type { DigitalOceanNetwork } from "../network/digitalocean";
import { elasticBirth } from "../pools/birth";
import type { SiteArgs } from "../site";
import { physicalName, scopeOf, tagNames } from "./names";

/** Minutes between two changes of size; the least that DigitalOcean takes. */
const COOLDOWN_MINUTES = 5;

export interface DigitalOceanElasticPoolArgs extends Pick<SiteArgs, "plan" | "site" | "enrolment"> {
  pool: PoolPlan;
  network: DigitalOceanNetwork;
  /** Number of the image that its machines are made from. */
  image: pulumi.Input<string>;
  /** Private addresses of the site's fixed nodes. */
  rendezvous: pulumi.Input<string>[];
}

/** Droplets that come and go with the load; DigitalOcean chooses their number between the pool's bounds. */
export class DigitalOceanElasticPool extends pulumi.ComponentResource {
  constructor(name: string, args: DigitalOceanElasticPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:pools:DigitalOceanElasticPool", name, {}, opts);
    const { plan, site, pool, network } = args;
    const tag = new digitalocean.Tag(
      `${name}-pool`,
      { name: tagNames.pool(scopeOf(plan, site), pool.name) },
      { parent: this, dependsOn: network.vpc },
    );
    new digitalocean.DropletAutoscale(
      name,
      {
        name: physicalName(plan, pool.name),
        config: {
          minInstances: pool.min,
          maxInstances: pool.max,
          // A share of 1.
          targetCpuUtilization: pool.scaleOnCpu / 100,
          cooldownMinutes: COOLDOWN_MINUTES,
        },
        dropletTemplate: {
          region: site.region,
          size: pool.machineType,
          image: args.image,
          vpcUuid: network.vpc.id,
          projectId: network.project.id,
          sshKeys: [network.sshKey.fingerprint],
          tags: network.tagsOf("worker", tag),
          // The agent measures what the pool scales by.
          withDropletAgent: true,
          userData: elasticBirth(args, pool, args.rendezvous),
        },
      },
      {
        parent: this,
        // A newer release is an upgrade that somebody asks for.
        ignoreChanges: ["dropletTemplate.image"],
        // What the API answers repeats the user-data, in which the pool's token is.
        additionalSecretOutputs: ["dropletTemplate"],
      },
    );
    this.registerOutputs({});
  }
}
