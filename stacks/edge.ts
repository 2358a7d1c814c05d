import * as pulumi from "@pulumi/pulumi";
import { EDGE_NETWORK, ingressStack, registryStack } from "../boot/system-stacks";
import { ComposeStack } from "../components/compose-stack";
import { LocalLoadBalancer } from "../components/load-balancer/local";
import type { LocalMachine } from "../components/pools/local";
import type { Plan } from "../plan/types";
import type { Base } from "./base";
import type { Cluster } from "./cluster";
import type { Nodes } from "./nodes";

export interface Edge {
  ports: pulumi.Output<Record<string, number>>;
  /** Images can be pushed. */
  registry: pulumi.Resource;
  ingress: pulumi.Resource;
}

/** A first image is pulled and unpacked by every node at once. */
const TIMEOUT_SECONDS = 300;

/** What stands between users and services: the load balancer, the ingress on every node, the registry. */
export function edge(plan: Plan, upstream: Base & { nodes: Nodes; cluster: Cluster }, machine: LocalMachine): Edge {
  const { nodes } = upstream;
  const balancer = new LocalLoadBalancer("load-balancer", {
    pool: nodes.local,
    clusterId: upstream.secrets.clusterId,
    image: machine.nodeImage,
    nodes: nodes.all,
  });
  const deploy = (stack: string, compose: pulumi.Input<object>) =>
    new ComposeStack(stack, {
      node: nodes.first,
      document: pulumi.output(compose).apply((resolved) => ({
        stack,
        compose: resolved,
        configs: [],
        secrets: [],
        builds: [],
        keepImages: [],
        spread: {},
        timeoutSeconds: TIMEOUT_SECONDS,
      })),
      dependsOn: [upstream.cluster.ready],
    }).ready;
  return {
    ports: balancer.ports,
    registry: deploy(
      "registry",
      registryStack({ port: plan.registry.port, node: plan.volumeNode, overlayMtu: plan.network.overlayMtu }),
    ),
    ingress: deploy(
      "ingress",
      balancer.ports.apply((ports) =>
        ingressStack({
          httpsPort: ports.https ?? 443,
          consulAddress: `${plan.network.nodeLocalAddress}:8500`,
          network: EDGE_NETWORK,
        }),
      ),
    ),
  };
}
