import * as pulumi from "@pulumi/pulumi";
import type { Plan } from "../plan/types";
import type { RenderedStack } from "../load";
import type { Base } from "./base";
import type { Edge } from "./edge";
import type { Nodes } from "./nodes";

/** A node as scripts see it. */
export interface NodeOutput {
  name: string;
  role: string;
  site: string;
  size: string;
  address: string;
}

/** What scripts may rely on; documented in the README, never renamed. */
export interface Outputs {
  /** Of the first routed service; the cluster's own address if there is none. */
  url: pulumi.Output<string>;
  /** "<stack>/<service>" -> URL. */
  urls: pulumi.Output<Record<string, string>>;
  nodes: pulumi.Output<NodeOutput[]>;
  dockerHost: pulumi.Output<string>;
  /** PEM of every authority that a user has to believe: of the ingress, the Docker API and Consul. */
  caCertificate: pulumi.Output<string>;
  clientCertificate: pulumi.Output<string>;
  clientKey: pulumi.Output<string>;
  consul: pulumi.Output<{ address: string; datacenter: string; caCertificate: string; token: string }>;
  clusterId: pulumi.Output<string>;
  survives: string;
}

const LOCAL_ADDRESS = "127.0.0.1";

export function outputs(plan: Plan, stacks: RenderedStack[], upstream: Base & { nodes: Nodes; edge: Edge }): Outputs {
  const { ports } = upstream.edge;
  const port = (name: string) => ports.apply((all) => all[name] ?? 0);
  const urlOf = (host: string, path: string, https: number) =>
    `https://${host}${https === 443 ? "" : `:${https}`}${path === "/" ? "" : path}`;
  const routes = stacks.flatMap((stack) => stack.routes.map((route) => ({ ...route, stack: stack.name })));
  const urls = port("https").apply((https) =>
    Object.fromEntries(
      routes.map(({ stack, service, host, path }) => [`${stack}/${service}`, urlOf(host, path, https)]),
    ),
  );
  const first = routes[0];
  return {
    url: port("https").apply((https) =>
      first ? urlOf(first.host, first.path, https) : urlOf(plan.baseDomain, "/", https),
    ),
    urls,
    nodes: pulumi.all(
      upstream.nodes.all.map((node) =>
        node.address.apply((address) => ({
          name: node.plan.name,
          role: node.plan.role,
          site: node.plan.site,
          size: node.plan.size,
          address,
        })),
      ),
    ),
    dockerHost: pulumi.interpolate`tcp://${LOCAL_ADDRESS}:${port("docker")}`,
    caCertificate: upstream.authorities,
    clientCertificate: upstream.dockerClient.certPem,
    clientKey: pulumi.secret(upstream.dockerClient.keyPem),
    consul: pulumi.output({
      address: pulumi.interpolate`https://${LOCAL_ADDRESS}:${port("consul")}`,
      datacenter: plan.datacenter,
      caCertificate: upstream.consul.caPem,
      token: upstream.secrets.tokens.apply((tokens) => tokens.operator.secret),
    }),
    clusterId: upstream.secrets.clusterId,
    survives: plan.survives,
  };
}
