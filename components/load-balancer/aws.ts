import * as lb from "@pulumi/aws/lb";
import * as pulumi from "@pulumi/pulumi";
import { KEEPS_NAME, physicalName, tagsOf } from "../aws/names";
import type { AwsNetwork } from "../network/aws";
import type { Entry, SiteArgs } from "../site";

const PORTS = { https: 443, http: 80 } as const;
type PortName = keyof typeof PORTS;
const PORT_NAMES: PortName[] = ["https", "http"];

export interface AwsLoadBalancerArgs extends Pick<SiteArgs, "plan" | "site" | "clusterId"> {
  network: AwsNetwork;
  /** Instances of the fixed nodes; elastic groups attach themselves by `targetGroupArns`. */
  targets: { name: string; instanceId: pulumi.Input<string> }[];
}

/** A Network Load Balancer: TCP to the ingress of every healthy node of the site, with the client's own address. */
export class AwsLoadBalancer extends pulumi.ComponentResource {
  readonly entry: Entry;
  readonly targetGroupArns: pulumi.Output<string>[];

  constructor(name: string, args: AwsLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:load-balancer:AwsLoadBalancer", name, {}, opts);
    const { plan, network } = args;
    const balancer = new lb.LoadBalancer(
      name,
      {
        name: physicalName(args, "lb"),
        loadBalancerType: "network",
        internal: false,
        ipAddressType: "ipv4",
        subnets: Object.keys(network.publicSubnets)
          .sort()
          .flatMap((zone) => network.publicSubnets[zone] ?? []),
        // One that is made without a group can never have one.
        securityGroups: [network.groups.id("balancer")],
        // A zone without a healthy node still answers.
        enableCrossZoneLoadBalancing: true,
        tags: tagsOf(plan, "lb"),
      },
      // Its name can be held by one only.
      { parent: this, deleteBeforeReplace: true, ignoreChanges: KEEPS_NAME },
    );
    this.targetGroupArns = PORT_NAMES.map((port) => this.createPort(name, port, balancer.arn, args));
    this.entry = {
      addresses: pulumi.output([]),
      hostName: balancer.dnsName,
      zoneId: balancer.zoneId,
      ports: pulumi.output<Record<string, number>>({ ...PORTS }),
    };
    this.registerOutputs({ hostName: balancer.dnsName });
  }

  private createPort(
    name: string,
    portName: PortName,
    loadBalancerArn: pulumi.Output<string>,
    args: AwsLoadBalancerArgs,
  ): pulumi.Output<string> {
    const port = PORTS[portName];
    const tags = tagsOf(args.plan, portName);
    const group = new lb.TargetGroup(
      `${name}-${portName}`,
      {
        name: physicalName(args, portName),
        port,
        protocol: "TCP",
        targetType: "instance",
        vpcId: args.network.vpcId,
        preserveClientIp: "true",
        // Traefik ends requests within its own grace period when a node is drained.
        deregistrationDelay: 30,
        // By itself and often: Swarm takes 13 to 33 s to notice a dead node.
        healthCheck: {
          protocol: "TCP",
          port: "traffic-port",
          interval: 5,
          timeout: 3,
          healthyThreshold: 2,
          unhealthyThreshold: 2,
        },
        tags,
      },
      { parent: this, deleteBeforeReplace: true, ignoreChanges: KEEPS_NAME },
    );
    new lb.Listener(
      `${name}-${portName}`,
      {
        loadBalancerArn,
        port,
        protocol: "TCP",
        defaultActions: [{ type: "forward", targetGroupArn: group.arn }],
        tags,
      },
      { parent: this },
    );
    for (const target of args.targets)
      new lb.TargetGroupAttachment(
        `${target.name}-${portName}`,
        { targetGroupArn: group.arn, targetId: target.instanceId, port },
        { parent: this },
      );
    return group.arn;
  }
}
