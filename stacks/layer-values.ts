/**
 * The layers as plain values: what a stack that makes only some of them tells the others (output `layers`, secret as a whole), and how
 * it becomes a layer again. The schemas are the contract between stacks that may run different versions of this program.
 */
import * as pulumi from "@pulumi/pulumi";
import * as z from "zod";
import type { SignedKey, Signer } from "../components/certificates";
import { TOKEN_NAMES } from "../components/secrets";
import { SCHEMA_VERSION } from "../outputs/schema";
import type { Plan } from "../plan/types";
import type { Base } from "./base";
import type { Cluster } from "./cluster";
import type { Edge } from "./edge";
import type { Nodes } from "./nodes";

const text = z.string();
const token = z.object({ accessor: text, secret: text });
const signed = z.object({ keyPem: text, certPem: text, caPem: text });
const signer = z.object({ keyPem: text, certPem: text });

const baseValues = z.object({
  clusterId: text,
  gossipKey: text,
  management: token,
  tokens: z.object({ ...tokenFields() }),
  poolTokens: z.record(text, token),
  ssh: z.object({ publicKey: text, privateKey: text }),
  authorities: z.object({ consul: signer, docker: signer }),
  dockerClient: signed,
  applications: signed.extend({ expires: text }),
  registry: signed,
  ingress: z.record(text, signed),
  acmeCredential: z.record(text, text).optional(),
  believed: text,
});
const proxyValues = z.object({ host: text, user: text, privateKey: text, hostKey: text });
const nodeValues = z.object({
  id: text,
  address: text,
  privateAddress: text,
  endpoint: text,
  user: text,
  hostKey: text,
  privateKey: text,
  port: z.number().optional(),
  proxy: proxyValues.optional(),
});
const entryValues = z.object({
  addresses: z.array(text),
  hostName: text.optional(),
  zoneId: text.optional(),
  ports: z.record(text, z.number()),
  proxyProtocolFrom: z.array(text).optional(),
  addressCount: z.number().optional(),
  apis: z.object({ docker: text, consul: text }).optional(),
});
const nodesValues = z.object({
  nodes: z.record(text, nodeValues),
  entries: z.record(text, entryValues),
  /** What that stack's plan decided, so that this one's is the same. */
  managers: z.array(text),
  volumeNode: text,
});
/** Nothing but that it is there: the value appears when the layer's last command has ended. */
const done = z.object({ ready: z.literal(true) });

/** Output `layers` of a stack. */
export const layerValues = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  env: text,
  base: baseValues.optional(),
  nodes: nodesValues.optional(),
  cluster: done.optional(),
  edge: done.optional(),
  apps: done.optional(),
});
export type LayerValues = z.infer<typeof layerValues>;

/** Each token's schema, by its name. */
function tokenFields() {
  const fields = TOKEN_NAMES.map((name) => [name, token] as const);
  return Object.fromEntries(fields) as Record<(typeof TOKEN_NAMES)[number], typeof token>; // one entry for each of TOKEN_NAMES
}

/** Layer base of another stack. What is secret there is secret here, and what is not can be read here too. */
export function baseOf(values: z.infer<typeof baseValues>, from: string): Base {
  const key = ({ keyPem, certPem, caPem }: z.infer<typeof signed>): SignedKey => ({
    keyPem: pulumi.secret(keyPem),
    certPem: pulumi.output(certPem),
    caPem: pulumi.output(caPem),
  });
  const signs = ({ keyPem, certPem }: z.infer<typeof signer>) => ({
    keyPem: pulumi.secret(keyPem),
    certPem: pulumi.output(certPem),
  });
  return {
    secrets: {
      clusterId: pulumi.output(values.clusterId),
      gossipKey: pulumi.secret(values.gossipKey),
      management: pulumi.secret(values.management),
      tokens: pulumi.secret(values.tokens),
      poolToken: (pool) => pulumi.secret(inUpstream(values.poolTokens[pool], `pool ${pool}`, "base", from)),
      sshKey: {
        publicKeyOpenssh: pulumi.output(values.ssh.publicKey),
        privateKeyOpenssh: pulumi.secret(values.ssh.privateKey),
      },
    },
    authorities: { consul: signs(values.authorities.consul), docker: signs(values.authorities.docker) },
    dockerClient: key(values.dockerClient),
    applications: { ...key(values.applications), expires: pulumi.output(values.applications.expires) },
    registry: key(values.registry),
    ingress: Object.fromEntries(Object.entries(values.ingress).map(([name, each]) => [name, key(each)])),
    acmeCredential: values.acmeCredential && pulumi.secret(values.acmeCredential),
    believed: pulumi.output(values.believed),
  };
}

export function valuesOfBase(plan: Plan, base: Base): pulumi.Output<z.infer<typeof baseValues>> {
  const key = ({ keyPem, certPem, caPem }: SignedKey) => ({ keyPem, certPem, caPem });
  const signs = ({ keyPem, certPem }: Signer) => ({ keyPem, certPem });
  const { secrets } = base;
  return pulumi.output({
    clusterId: secrets.clusterId,
    gossipKey: secrets.gossipKey,
    management: secrets.management,
    tokens: secrets.tokens,
    poolTokens: Object.fromEntries(
      plan.pools.filter(({ elastic }) => elastic).map(({ key: pool }) => [pool, secrets.poolToken(pool)]),
    ),
    ssh: { publicKey: secrets.sshKey.publicKeyOpenssh, privateKey: secrets.sshKey.privateKeyOpenssh },
    authorities: { consul: signs(base.authorities.consul), docker: signs(base.authorities.docker) },
    dockerClient: key(base.dockerClient),
    applications: { ...key(base.applications), expires: base.applications.expires },
    registry: key(base.registry),
    ingress: Object.fromEntries(Object.entries(base.ingress).map(([name, each]) => [name, key(each)])),
    acmeCredential: base.acmeCredential,
    believed: base.believed,
  });
}

/** Layer nodes of another stack: this stack's plan, with the machines that are there. */
export function nodesOf(plan: Plan, values: z.infer<typeof nodesValues>, from: string): Nodes {
  const all = plan.nodes.map((node) => {
    const made = inUpstream(values.nodes[node.name], `node ${node.name}`, "nodes", from);
    return {
      plan: node,
      id: pulumi.output(made.id),
      address: pulumi.output(made.address),
      privateAddress: pulumi.output(made.privateAddress),
      endpoint: pulumi.output(made.endpoint),
      user: made.user,
      hostKey: pulumi.output(made.hostKey),
      privateKey: pulumi.secret(made.privateKey),
      port: made.port,
      proxy: made.proxy && {
        host: pulumi.output(made.proxy.host),
        user: made.proxy.user,
        privateKey: pulumi.secret(made.proxy.privateKey),
        hostKey: pulumi.output(made.proxy.hostKey),
      },
    };
  });
  const entries = plan.sites.map(({ name }) => {
    const { addresses, hostName, zoneId, ports, proxyProtocolFrom, addressCount, apis } = inUpstream(
      values.entries[name],
      `site ${name}`,
      "nodes",
      from,
    );
    const entry = {
      addresses: pulumi.output(addresses),
      hostName: hostName === undefined ? undefined : pulumi.output(hostName),
      zoneId: zoneId === undefined ? undefined : pulumi.output(zoneId),
      ports: pulumi.output(ports),
      proxyProtocolFrom: proxyProtocolFrom && pulumi.output(proxyProtocolFrom),
      addressCount,
      apis: apis && { docker: pulumi.output(apis.docker), consul: pulumi.output(apis.consul) },
    };
    return [name, entry] as const;
  });
  const first = all.find((node) => node.plan.name === plan.managers[0]);
  if (first === undefined) throw new Error("the plan has no manager");
  return { all, first, entries: Object.fromEntries(entries) };
}

export function valuesOfNodes(
  { managers, volumeNode }: Plan,
  { all, entries }: Nodes,
): pulumi.Output<z.infer<typeof nodesValues>> {
  const nodes = all.map(({ plan, ...node }) => [plan.name, node] as const);
  const values = { nodes: Object.fromEntries(nodes), entries, managers, volumeNode };
  return pulumi.output(values) as pulumi.Output<z.infer<typeof nodesValues>>;
}

export function valuesOfReady(layer: Cluster | Edge | pulumi.Resource[]): pulumi.Output<z.infer<typeof done>> {
  const resources = Object.values(layer).filter((each) => pulumi.Resource.isInstance(each));
  return pulumi.all(resources.map(({ urn }) => urn)).apply(() => ({ ready: true as const }));
}

/** @throws RunError when the other stack does not have it yet: storm.yml has it, and that stack was not brought up since. */
function inUpstream<T>(value: T | undefined, what: string, layer: string, from: string): T {
  if (value !== undefined) return value;
  throw new pulumi.RunError(
    `${what} is in storm.yml, but not in layer ${layer} of stack ${from}: run \`pulumi up -s ${from}\` first`,
  );
}
