import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { EDGE_NETWORK, ingressStack, registryStack } from "../boot/system-stacks";
import { ComposeStack } from "../components/compose-stack";
import type { Plan } from "../plan/types";
import type { Base } from "./base";
import { type Cluster, present } from "./cluster";
import { httpsPort, type Nodes } from "./nodes";
import { dnsModule } from "./providers";

export interface Edge {
  /** Images can be pushed. Undefined when another stack made it, which is up already. */
  registry: pulumi.Resource | undefined;
  /** As `registry`. */
  ingress: pulumi.Resource | undefined;
}

/** Names of the stacks that every cluster has. */
export const SYSTEM_STACKS = ["registry", "ingress"];

/** A first image is pulled and unpacked by every node at once. */
const TIMEOUT_SECONDS = 300;

/** What stands between the load balancers and services: DNS records, the ingress on every node, the registry. */
export function edge(plan: Plan, upstream: Base & { nodes: Nodes; cluster: Cluster }): Edge {
  const { nodes } = upstream;
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
      dependsOn: present(upstream.cluster.ready),
    }).ready;
  if (plan.dns !== undefined) {
    const sites = plan.sites.flatMap((site) => {
      const entry = nodes.entries[site.name];
      return entry === undefined ? [] : [{ site, entry }];
    });
    dnsModule(plan.dns.provider).createRecords({ env: plan.env, dns: plan.dns, sites });
  }
  return {
    registry: deploy(
      "registry",
      pulumi.all([upstream.registry.certPem, upstream.registry.caPem]).apply((certificates) =>
        registryStack({
          port: plan.registry.port,
          node: plan.volumeNode,
          overlayMtu: plan.network.overlayMtu,
          certificates: shortHash(certificates.join("")),
        }),
      ),
    ),
    ingress: deploy(
      "ingress",
      httpsPort(nodes).apply((port) =>
        ingressStack({
          httpsPort: port,
          consulAddress: `${plan.network.nodeLocalAddress}:8500`,
          network: EDGE_NETWORK,
        }),
      ),
    ),
  };
}

/** Twelve hexadecimal digits. */
function shortHash(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}
