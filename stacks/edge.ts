import { createHash } from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import { EDGE_NETWORK, IMAGES, ingressStack, registryStack } from "../boot/system-stacks";
import { ComposeStack } from "../components/compose-stack";
import { pinned } from "../plan/lock";
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
        hidden: [],
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
    dnsModule(plan.dns.provider).createRecords({
      env: plan.env,
      owner: plan.name,
      production: plan.production,
      dns: plan.dns,
      sites,
    });
  }
  return {
    registry: deploy(
      "registry",
      pulumi.all([upstream.registry.certPem, upstream.registry.caPem]).apply((certificates) =>
        registryStack({
          image: pinned(IMAGES.registry, plan.lock),
          port: plan.registry.port,
          node: plan.volumeNode,
          overlayMtu: plan.network.overlayMtu,
          certificates: shortHash(certificates.join("")),
        }),
      ),
    ),
    ingress: deploy(
      "ingress",
      pulumi.all([httpsPort(nodes), proxyProtocolFrom(nodes)]).apply(([port, trusted]) =>
        ingressStack({
          image: pinned(IMAGES.ingress, plan.lock),
          httpsPort: port,
          proxyProtocolFrom: trusted,
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

/** Where connections with a PROXY header come from, of all sites: the ingress is the same on every node. */
function proxyProtocolFrom({ entries }: Nodes): pulumi.Output<string[]> {
  return pulumi
    .all(Object.values(entries).map((entry) => entry.proxyProtocolFrom ?? []))
    .apply((lists) => lists.flat());
}
