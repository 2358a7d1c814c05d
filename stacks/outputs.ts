import * as pulumi from "@pulumi/pulumi";
import type { ServiceLink } from "../boot/services-page";
import type { Plan } from "../plan/types";
import { EDGE_NETWORK } from "../boot/system-stacks";
import type { RenderedStack } from "../load";
import { CREDENTIAL_OUTPUT, OUTPUT, SCHEMA_VERSION, type StormCredential, type StormOutputs } from "../outputs/schema";
import type { Base } from "./base";
import { httpsPort, type Nodes } from "./nodes";

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
  /** Writes what `storm credentials` keeps in Consul, and reads it: nothing else. */
  credentialsToken: pulumi.Output<string>;
  clusterId: pulumi.Output<string>;
  survives: string;
  /** US dollars a month: in a preview its change shows. */
  cost: Pick<Plan["cost"], "monthlyUsd" | "maxMonthlyUsd" | "pricesOf">;
  /** What application teams may know, and their credential: what the layer `outputs` shows them. */
  [OUTPUT]: pulumi.Output<StormOutputs>;
  [CREDENTIAL_OUTPUT]: pulumi.Output<StormCredential>;
}

const DOCKER_PORT = 2376;
const CONSUL_PORT = 8501;

/** The routed services with their addresses. */
export function links(stacks: readonly RenderedStack[], port: number): ServiceLink[] {
  return stacks.flatMap((stack) =>
    stack.routes.map(({ service, host, path }) => ({ stack: stack.name, service, url: urlOf(host, path, port) })),
  );
}

function urlOf(host: string, path: string, port: number): string {
  return `https://${host}${port === 443 ? "" : `:${port}`}${path === "/" ? "" : path}`;
}

export function outputs(plan: Plan, stacks: RenderedStack[], upstream: Base & { nodes: Nodes }): Outputs {
  const { first, entries } = upstream.nodes;
  const https = httpsPort(upstream.nodes);
  const apis = entries[first.plan.site]?.apis ?? {
    docker: pulumi.interpolate`${first.address}:${DOCKER_PORT}`,
    consul: pulumi.interpolate`${first.address}:${CONSUL_PORT}`,
  };
  const urls = https.apply((port) =>
    Object.fromEntries(links(stacks, port).map(({ stack, service, url }) => [`${stack}/${service}`, url])),
  );
  const [route] = stacks.flatMap((stack) => stack.routes);
  const url = https.apply((port) => (route ? urlOf(route.host, route.path, port) : urlOf(plan.baseDomain, "/", port)));
  const dockerHost = pulumi.interpolate`tcp://${apis.docker}`;
  const consulAddress = pulumi.interpolate`https://${apis.consul}`;
  return {
    url,
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
    dockerHost,
    caCertificate: upstream.believed,
    clientCertificate: upstream.dockerClient.certPem,
    clientKey: pulumi.secret(upstream.dockerClient.keyPem),
    consul: pulumi.output({
      address: consulAddress,
      datacenter: plan.datacenter,
      caCertificate: upstream.authorities.consul.certPem,
      token: upstream.secrets.tokens.apply((tokens) => tokens.operator.secret),
    }),
    credentialsToken: upstream.secrets.tokens.apply((tokens) => tokens.credentials.secret),
    clusterId: upstream.secrets.clusterId,
    survives: plan.survives,
    cost: {
      monthlyUsd: plan.cost.monthlyUsd,
      maxMonthlyUsd: plan.cost.maxMonthlyUsd,
      pricesOf: plan.cost.pricesOf,
    },
    [OUTPUT]: pulumi.output({
      schemaVersion: SCHEMA_VERSION,
      env: plan.env,
      name: plan.name,
      domain: plan.baseDomain,
      domains: Object.fromEntries(plan.stacks.map((stack) => [stack.name, stack.domain])),
      httpsPort: https,
      url,
      urls,
      dockerHost,
      consul: { address: consulAddress, datacenter: plan.datacenter },
      registry: `${plan.registry.host}:${plan.registry.port}`,
      network: EDGE_NETWORK,
      caCertificate: upstream.believed,
    }),
    [CREDENTIAL_OUTPUT]: pulumi.secret({
      certificate: upstream.applications.certPem,
      key: upstream.applications.keyPem,
      expires: upstream.applications.expires,
    }),
  };
}
