import * as pulumi from "@pulumi/pulumi";
import { hostProgram } from "../../boot/boot-files";
import { hostBirth, hostCheck } from "../../boot/hosts";
import type { NodePlan, Plan } from "../../plan/types";
import { type HostArgs, HostMachine, HostsCheck } from "../host-resources";
import type { Node } from "../node";
import type { Site, SiteArgs } from "../site";

/** Machines that exist already, as a site. Nobody stands in front of them: users arrive at the hosts themselves. */
export function createSite(args: SiteArgs): Site {
  const { hostsKey } = args;
  if (hostsKey === undefined) throw new Error("a site of hosts needs stack config storm:hostsKey");
  const pool = new HostsPool(args.site.name, { ...args, hostsKey });
  return {
    nodes: pool.nodes,
    entry: {
      addresses: pulumi.all(pool.addresses),
      addressCount: pool.addresses.length,
      ports: pulumi.output<Record<string, number>>({ https: 443, http: 80 }),
    },
  };
}

export interface HostsPoolArgs extends SiteArgs {
  /** OpenSSH private key that lets the program in. */
  hostsKey: pulumi.Output<string>;
}

/** The hosts of one place: each is checked with all others first, then made a node over SSH. */
export class HostsPool extends pulumi.ComponentResource {
  readonly nodes: Node[];
  /** Public IPv4 address of each host. */
  readonly addresses: pulumi.Output<string>[];

  constructor(name: string, args: HostsPoolArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:pools:HostsPool", name, {}, opts);
    const check = checkOf(args);
    const made = args.plan.nodes.filter((node) => node.site === name).map((node) => this.createNode(node, args, check));
    this.nodes = made.map(({ node }) => node);
    this.addresses = made.map(({ address }) => address);
    this.registerOutputs({});
  }

  private createNode(node: NodePlan, args: HostsPoolArgs, check: HostsCheck) {
    const { plan, hostsKey } = args;
    const login = loginOf(node);
    const machine = new HostMachine(
      node.name,
      {
        ...login,
        name: node.name,
        cluster: clusterOf(args),
        privateKey: hostsKey,
        program: hostProgram("birth"),
        document: JSON.stringify(hostBirth(plan, node)),
      },
      {
        parent: this,
        dependsOn: [check, ...args.turns.of(node.name)],
        // What a node is born with: a running one is never made anew for it.
        ignoreChanges: ["program", "document"],
      },
    );
    const made: Node = {
      plan: node,
      id: machine.birth,
      address: pulumi.output(login.address),
      privateAddress: pulumi.output(login.address),
      endpoint: pulumi.output(`${login.address}:${plan.network.meshPort}`),
      user: login.user,
      port: login.port,
      hostKey: pulumi.output(login.hostKey),
      privateKey: hostsKey,
    };
    return { node: made, address: machine.ipv4 };
  }
}

const checks = new WeakMap<Plan, HostsCheck>();

/** One check for the hosts of all places: nothing is changed on any before all are known to do. */
function checkOf(args: HostsPoolArgs): HostsCheck {
  const { plan, hostsKey } = args;
  const known = checks.get(plan);
  if (known) return known;
  const hosts = plan.nodes
    .filter((node) => plan.sites.some(({ name, provider }) => provider === "hosts" && name === node.site))
    .map((node) => ({ ...loginOf(node), name: node.name, document: JSON.stringify(hostCheck(plan, node)) }));
  const check = new HostsCheck("hosts-check", {
    cluster: clusterOf(args),
    hosts,
    privateKey: hostsKey,
    program: hostProgram("check"),
  });
  checks.set(plan, check);
  return check;
}

function clusterOf({ plan, clusterId }: SiteArgs): pulumi.Output<string> {
  return pulumi.interpolate`${plan.name}-${plan.env}-${clusterId}`;
}

/** The plan's nodes on a site of hosts have all of it. */
function loginOf({ name, address, port, user, hostKey }: NodePlan): HostArgs {
  if (address === undefined || hostKey === undefined) throw new Error(`the host ${name} has no address or no key`);
  return { address, port: port ?? 22, user: user ?? "root", hostKey };
}
