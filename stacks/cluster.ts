import * as pulumi from "@pulumi/pulumi";
import { Consul } from "../components/consul";
import { Mesh, type SharedSecrets } from "../components/mesh";
import { Swarm } from "../components/swarm";
import type { Plan } from "../plan/types";
import { type Base, certificateFiles } from "./base";
import type { Nodes } from "./nodes";

export interface Cluster {
  /** The cluster is whole: what runs on it may come. Undefined when another stack made it, which is up already. */
  ready: pulumi.Resource | undefined;
}

/** Mesh, Consul and Swarm over the machines. */
export function cluster(plan: Plan, upstream: Base & { nodes: Nodes }): Cluster {
  const { nodes } = upstream;
  const mesh = new Mesh("mesh", { plan, nodes: nodes.all, secrets: nodeSecrets(plan, upstream) });
  const consul = new Consul("consul", {
    plan,
    first: nodes.first,
    secrets: upstream.secrets,
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

function nodeSecrets(plan: Plan, upstream: Base): pulumi.Output<SharedSecrets> {
  const { secrets } = upstream;
  return pulumi.output({
    gossipKey: secrets.gossipKey,
    management: secrets.management,
    tokens: secrets.tokens,
    consul: certificateFiles(upstream.consul),
    dockerApi: certificateFiles(upstream.dockerApi),
    registry: certificateFiles(upstream.registry),
    ingress: pulumi.output(
      Object.fromEntries(
        Object.entries(upstream.ingress).map(([name, certificate]) => [name, certificateFiles(certificate)]),
      ),
    ),
    registryHost: `${plan.registry.host}:${plan.registry.port}`,
  });
}
