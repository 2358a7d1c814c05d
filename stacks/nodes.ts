import * as pulumi from "@pulumi/pulumi";
import type { LocalMachine } from "../components/local-machine";
import { Memory } from "../components/memory";
import type { Node } from "../components/node";
import type { Turns } from "../components/turns";
import type { Entry, Site } from "../components/site";
import type { Plan } from "../plan/types";
import type { Base } from "./base";
import { siteModule } from "./providers";

export interface Nodes {
  /** In the plan's order. */
  all: Node[];
  /** The manager that once-only commands run on. */
  first: Node;
  /** By site name: where its users arrive. */
  entries: Record<string, Entry>;
}

/** What stack config says of machines that only some sites have. */
export interface Given {
  machine: LocalMachine | undefined;
  /** Private key for the machines under `Hosts`. */
  hostsKey: pulumi.Output<string> | undefined;
}

/** The machines of every site, with the network around them and the load balancer in front. */
export function nodes(plan: Plan, upstream: Base, { machine, hostsKey }: Given, turns: Turns): Nodes {
  const memory = new Memory("memory", plan);
  const { secrets } = upstream;
  const sites = plan.sites.map((site): [string, Site] => [
    site.name,
    siteModule(site.provider).createSite({
      plan,
      site,
      machine,
      hostsKey,
      clusterId: secrets.clusterId,
      ssh: { publicKey: secrets.sshKey.publicKeyOpenssh, privateKey: secrets.sshKey.privateKeyOpenssh },
      enrolment: (pool) => enrolment(upstream, pool.key),
      turns,
    }),
  ]);
  const made = new Map(sites.flatMap(([, site]) => site.nodes).map((node) => [node.plan.name, node]));
  const all = plan.nodes.map((node) => named(made, node.name));
  memory.addPools(all);
  return {
    all,
    first: named(made, plan.managers[0] ?? ""),
    entries: Object.fromEntries(sites.map(([name, site]) => [name, site.entry])),
  };
}

function enrolment({ secrets, authorities }: Base, pool: string) {
  return pulumi.output({
    consulCaPem: authorities.consul.certPem,
    token: secrets.poolToken(pool).apply((token) => token.secret),
  });
}

function named(made: Map<string, Node>, name: string): Node {
  const node = made.get(name);
  if (!node) throw new Error(`no site made the node ${name}`);
  return node;
}

/** Port of the HTTPS addresses that users type: of the first site, they all have the same but on this machine. */
export function httpsPort(upstream: Nodes): pulumi.Output<number> {
  const [entry] = Object.values(upstream.entries);
  return pulumi.output(entry?.ports).apply((ports) => ports?.["https"] ?? 443);
}
