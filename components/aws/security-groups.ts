import * as ec2 from "@pulumi/aws/ec2";
import * as vpc from "@pulumi/aws/vpc";
import * as pulumi from "@pulumi/pulumi";
import type { SiteArgs } from "../site";
import { type Group, ingressRules, type Rule } from "./firewall";
import { KEEPS_NAME, physicalName, tagsOf } from "./names";

export interface SecurityGroupsArgs extends Pick<SiteArgs, "plan" | "clusterId" | "site"> {
  vpcId: pulumi.Input<string>;
}

const WHAT: Record<Group, string> = {
  balancer: "load balancer of the ingress",
  node: "every node",
  manager: "managers, besides what every node has",
  bastion: "way in to nodes without public addresses",
};

/** Who may reach what, from the plan's firewall rows; nothing else gets in. */
export class SecurityGroups extends pulumi.ComponentResource {
  /** Ids by name; `bastion` only where nodes are private. */
  readonly ids: Partial<Record<Group, pulumi.Output<string>>> = {};

  constructor(name: string, args: SecurityGroupsArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:aws:SecurityGroups", name, {}, opts);
    const { plan, vpcId } = args;
    const parent = { parent: this };
    // What nobody chose a group for gets this one: without rules it lets nothing in or out (CIS AWS Foundations 5.4).
    new ec2.DefaultSecurityGroup(`${name}-default`, { vpcId, tags: tagsOf(plan, "default") }, parent);
    const groups: Group[] = ["balancer", "node", "manager", ...(plan.network.private ? (["bastion"] as const) : [])];
    for (const group of groups) {
      this.ids[group] = new ec2.SecurityGroup(
        `${name}-${group}`,
        { name: physicalName(args, group), description: WHAT[group], vpcId, tags: tagsOf(plan, group) },
        { ...parent, ignoreChanges: KEEPS_NAME },
      ).id;
    }
    const rules = ingressRules(plan.network);
    for (const rule of rules) this.createIngress(name, rule, args);
    this.createEgress(name, rules, args);
    this.registerOutputs({});
  }

  /** @throws Error when the site has no such group. */
  id(group: Group): pulumi.Output<string> {
    const id = this.ids[group];
    if (!id) throw new Error(`this site has no security group ${group}`);
    return id;
  }

  private createIngress(name: string, rule: Rule, { plan }: SecurityGroupsArgs): void {
    const from =
      "cidr" in rule.from ? { cidrIpv4: rule.from.cidr } : { referencedSecurityGroupId: this.id(rule.from.group) };
    new vpc.SecurityGroupIngressRule(
      `${name}-${rule.name}`,
      {
        securityGroupId: this.id(rule.group),
        ipProtocol: rule.protocol,
        fromPort: rule.port,
        toPort: rule.port,
        description: rule.why,
        tags: tagsOf(plan, rule.name),
        ...from,
      },
      { parent: this },
    );
  }

  /** Nodes fetch packages, images and whatever their services ask; what stands in front of them reaches them alone. */
  private createEgress(name: string, rules: Rule[], { plan }: SecurityGroupsArgs): void {
    const world = { cidrIpv4: "0.0.0.0/0" };
    const out = (group: Group, label: string, to: Omit<vpc.SecurityGroupEgressRuleArgs, "securityGroupId">): void => {
      new vpc.SecurityGroupEgressRule(
        `${name}-${group}-out-${label}`,
        { securityGroupId: this.id(group), tags: tagsOf(plan, `${group}-out-${label}`), ...to },
        { parent: this },
      );
    };
    out("node", "all", { ipProtocol: "-1", description: "packages, images, peers, what services call", ...world });
    for (const { group: to, protocol: ipProtocol, port, from } of rules) {
      if (!("group" in from)) continue;
      out(from.group, `${ipProtocol}-${port}-to-${to}`, {
        ipProtocol,
        fromPort: port,
        toPort: port,
        referencedSecurityGroupId: this.id(to),
        description: `to ${WHAT[to]}`,
      });
    }
    for (const port of plan.network.private ? [80, 443] : [])
      out("bastion", `tcp-${port}`, {
        ipProtocol: "tcp",
        fromPort: port,
        toPort: port,
        description: "its security updates",
        ...world,
      });
  }
}
