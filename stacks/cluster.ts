import * as pulumi from "@pulumi/pulumi";
import { acmeSettings } from "../boot/acme";
import { Consul } from "../components/consul";
import type { SharedSecrets } from "../components/acl";
import { Mesh } from "../components/mesh";
import { Swarm } from "../components/swarm";
import type { Turns } from "../components/turns";
import type { Plan } from "../plan/types";
import { type Base, certificateFiles } from "./base";
import type { Nodes } from "./nodes";
import { serverCertificates } from "./server-certificates";

export interface Cluster {
  /** The cluster is whole: what runs on it may come. Undefined when another stack made it, which is up already. */
  ready: pulumi.Resource | undefined;
}

/** Mesh, Consul and Swarm over the machines. */
export function cluster(plan: Plan, upstream: Base & { nodes: Nodes }, turns: Turns): Cluster {
  const { nodes } = upstream;
  const shared = nodeSecrets(plan, upstream, serverCertificates(plan, upstream, nodes));
  const mesh = new Mesh("mesh", { plan, nodes: nodes.all, secrets: shared, turns });
  const consul = new Consul("consul", {
    plan,
    first: nodes.first,
    secrets: upstream.secrets,
    shared,
    peers: mesh.peers,
    dependsOn: mesh.ready,
  });
  const swarm = new Swarm("swarm", { plan, first: nodes.first, nodes: nodes.all, dependsOn: [consul.ready] });
  return { ready: swarm.ready };
}

/** What is left of dependencies when those that other stacks made are taken out. */
export function present(...resources: (pulumi.Resource | undefined)[]): pulumi.Resource[] {
  return resources.filter((resource) => resource !== undefined);
}

function nodeSecrets(
  plan: Plan,
  upstream: Base,
  { consul, dockerApi }: ReturnType<typeof serverCertificates>,
): pulumi.Output<SharedSecrets> {
  const { secrets } = upstream;
  return pulumi.output({
    gossipKey: secrets.gossipKey,
    management: secrets.management,
    tokens: secrets.tokens,
    pools: pulumi.output(
      Object.fromEntries(plan.pools.filter((pool) => pool.elastic).map(({ key }) => [key, secrets.poolToken(key)])),
    ),
    consul: certificateFiles(consul),
    dockerApi: certificateFiles(dockerApi),
    registry: certificateFiles(upstream.registry),
    ingress: pulumi.output(
      Object.fromEntries(
        Object.entries(upstream.ingress).map(([name, certificate]) => [name, certificateFiles(certificate)]),
      ),
    ),
    acme: pulumi.output(upstream.acmeCredential).apply((credential) => acmeSettings(plan, credential ?? {})),
    registryHost: `${plan.registry.host}:${plan.registry.port}`,
    meshCidr: plan.network.meshCidr,
  });
}
