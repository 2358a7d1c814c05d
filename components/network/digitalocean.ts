import * as digitalocean from "@pulumi/digitalocean";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import type { Plan, PoolPlan, Role, SitePlan } from "../../plan/types";
import { scopeOf, tagNames } from "../digitalocean/names";

export interface DigitalOceanNetworkArgs {
  plan: Plan;
  site: SitePlan;
}

/** What the machines of one region share: a private network, a project, tags and an SSH key. */
export class DigitalOceanNetwork extends pulumi.ComponentResource {
  readonly vpc: digitalocean.Vpc;
  readonly project: digitalocean.Project;
  /** On every machine of the site, elastic ones included: the firewall and the load balancer go by it. */
  readonly siteTag: digitalocean.Tag;
  /** Tags of every machine of the site, the site's own among them. */
  readonly commonTags: pulumi.Output<string>[];
  /** A tag for each role that the site has. */
  readonly roleTags: ReadonlyMap<Role, digitalocean.Tag>;
  /** Machines without a key would get a password, which DigitalOcean mails to the account's owner. */
  readonly sshKey: digitalocean.SshKey;

  constructor(name: string, { plan, site }: DigitalOceanNetworkArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:network:DigitalOceanNetwork", name, {}, opts);
    const parent = { parent: this };
    const scope = scopeOf(plan, site);
    // No range of ours: ranges must not overlap in an account, and DigitalOcean knows those that are taken.
    this.vpc = new digitalocean.Vpc(
      `${name}-vpc`,
      { name: scope, region: site.region, description: `Storm ${plan.name}, environment ${plan.env}` },
      parent,
    );
    this.project = new digitalocean.Project(
      `${name}-project`,
      {
        name: scope,
        description: `Storm ${plan.name}, environment ${plan.env}`,
        purpose: "Service or API",
        environment: plan.production ? "Production" : "Development",
      },
      parent,
    );
    // A VPC's name is unique in an account, a tag is just found again: the VPC goes first, so that a second cluster of
    // the same name stops there and never shares tags, and so a firewall, with the first.
    const tag = (key: string, text: string) =>
      new digitalocean.Tag(`${name}-${key}`, { name: text }, { ...parent, dependsOn: this.vpc });
    this.siteTag = tag("stack", tagNames.stack(scope));
    this.commonTags = [tag("owner", tagNames.owner(scope)).name, this.siteTag.name];
    this.roleTags = new Map(
      rolesOf(plan, site).map((role): [Role, digitalocean.Tag] => [role, tag(role, tagNames.role(scope, role))]),
    );
    // A key of the site's own: an account takes the same public key only once, and the program's is for all sites.
    const key = new tls.PrivateKey(`${name}-key`, { algorithm: "ED25519" }, parent);
    this.sshKey = new digitalocean.SshKey(
      `${name}-key`,
      { name: scope, publicKey: key.publicKeyOpenssh.apply((line) => line.trim()) },
      parent,
    );
    this.registerOutputs({ vpc: this.vpc.id });
  }

  /** Tags of a machine. */
  tagsOf(role: Role, pool: digitalocean.Tag): pulumi.Input<string>[] {
    const own = this.roleTags.get(role);
    return [...this.commonTags, ...(own ? [own.name] : []), pool.name];
  }
}

/** Nodes of an elastic pool are workers. */
function rolesOf({ nodes, pools }: Plan, site: SitePlan): Role[] {
  const fixed = nodes.filter((node) => node.site === site.name).map(({ role }) => role);
  const elastic = pools.some((pool: PoolPlan) => pool.site === site.name && pool.elastic);
  return [...new Set<Role>([...fixed, ...(elastic ? ["worker" as const] : [])])].sort();
}
