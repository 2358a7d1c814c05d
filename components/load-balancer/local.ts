import * as pulumi from "@pulumi/pulumi";
import { LOAD_BALANCER_PORTS, loadBalancerConfig } from "../../boot/load-balancer";
import { LocalService } from "../local-resources";
import type { Node } from "../node";

/** Number of its address in the cluster's network. */
const LOAD_BALANCER_INDEX = 2;

export interface LocalLoadBalancerArgs {
  /** Name of the Docker network. */
  network: pulumi.Input<string>;
  /** Prefix of every container's name. */
  prefix: pulumi.Input<string>;
  clusterId: pulumi.Output<string>;
  /** The node image: it brings HAProxy. */
  image: string;
  nodes: Node[];
}

/** One stable address of this machine in front of the local nodes, which asks them every half second. */
export class LocalLoadBalancer extends pulumi.ComponentResource {
  /** Host ports of 127.0.0.1 by name: https, http, docker, consul. */
  readonly ports: pulumi.Output<Record<string, number>>;

  constructor(name: string, args: LocalLoadBalancerArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:load-balancer:LocalLoadBalancer", name, {}, opts);
    const backends = pulumi.all(
      args.nodes.map((node) =>
        node.address.apply((address) => ({ name: node.plan.name, address, manager: node.plan.role === "manager" })),
      ),
    );
    const service = new LocalService(
      name,
      {
        name: pulumi.interpolate`${args.prefix}-load-balancer`,
        network: args.network,
        cluster: args.clusterId,
        image: args.image,
        entrypoint: ["haproxy", "-W", "-f", "/etc/storm-load-balancer.cfg"],
        files: { "/etc/storm-load-balancer.cfg": backends.apply(loadBalancerConfig) },
        reloadSignal: "SIGUSR2",
        addressIndex: LOAD_BALANCER_INDEX,
        ports: LOAD_BALANCER_PORTS.map(({ name: port, port: container }) => ({
          name: port,
          container,
          // The usual port where it is free, so that URLs are short; else the next of a family of its own.
          preferred: [container, ...Array.from({ length: 20 }, (_, index) => 8000 + (container % 1000) + index * 1000)],
        })),
      },
      { parent: this, ignoreChanges: ["image"] },
    );
    this.ports = service.ports;
    this.registerOutputs({ ports: this.ports });
  }
}
