import type * as pulumi from "@pulumi/pulumi";
import type { Enrolment } from "../boot/elastic";
import type { Plan, PoolPlan, SitePlan } from "../plan/types";
import type { LocalMachine } from "./local-machine";
import type { Turns } from "./turns";
import type { Node } from "./node";

/** What a provider's module is given to make one site. */
export interface SiteArgs {
  plan: Plan;
  site: SitePlan;
  /** Four hexadecimal digits that tell this cluster's machines from another's. */
  clusterId: pulumi.Output<string>;
  /** The deploying program's SSH key, in OpenSSH's form. */
  ssh: { publicKey: pulumi.Output<string>; privateKey: pulumi.Output<string> };
  enrolment: (pool: PoolPlan) => pulumi.Output<Enrolment>;
  /** What the machines of fixed nodes have to wait for. */
  turns: Turns;
  /** Sites of hosts only: the private key that lets the program in (stack config `storm:hostsKey`). */
  hostsKey?: pulumi.Output<string>;
  /** Local sites only: what set-up found out about this machine. */
  machine?: LocalMachine;
}

/** Where a site's users arrive. DNS records point here; one of `addresses` and `hostName` is there. */
export interface Entry {
  /** Public IPv4 addresses; empty where the provider gives a host name. */
  addresses: pulumi.Output<string[]>;
  /** The load balancer's own name (AWS). */
  hostName?: pulumi.Output<string>;
  /** Hosted zone of `hostName`, which Route53's alias records ask for. */
  zoneId?: pulumi.Output<string>;
  /** By name, `https` and `http`: 443 and 80 but on this machine, where others may have them. */
  ports: pulumi.Output<Record<string, number>>;
  /**
   * Networks from which a connection to the nodes' ingress may begin with a PROXY header that names the client: those of a load
   * balancer that cannot keep the client's address. Default: none.
   */
  proxyProtocolFrom?: pulumi.Output<string[]>;
  /** How many `addresses` there are, which a DNS record each needs to know before they are. Default: 1. */
  addressCount?: number;
  /** "HOST:PORT" of the managers' APIs, where the site has one for all of them. Default: each manager's own address. */
  apis?: { docker: pulumi.Output<string>; consul: pulumi.Output<string> };
}

/** One provider in one region, made: its network, its nodes and the load balancer in front of them. */
export interface Site {
  /** Fixed nodes, in the plan's order. */
  nodes: Node[];
  entry: Entry;
}

/** What components/pools/<provider>.ts exports: the one thing that the layers know of a provider. */
export interface SiteModule {
  createSite(args: SiteArgs): Site;
}
