import * as z from "zod";
import { bytes, cidr, duration, email, file, hostName, label, shaped, text } from "./words";

/** Everything of storm.yml that is not nodes. */

export const dns = z.strictObject({
  zone: hostName().optional().describe("Zone to write records into. Default: the Hostname."),
  provider: z
    .enum(["route53", "azure", "digitalocean"])
    .describe("Who serves the zone; need not be where the nodes are."),
  ttl: z.int().min(30).max(86400).default(60).describe("Seconds that answers may be cached. Default: 60."),
  create: z.boolean().default(false).describe("Create the zone instead of looking it up. Default: false."),
  apex: z
    .boolean()
    .optional()
    .describe(
      "Whether https://<Hostname> itself leads to this environment: to one of those that share a Hostname. Default: to the one that makes the zone.",
    ),
  resourceGroup: shaped(/^[\w.()-]{0,89}[\w()-]$/, "must be the name of an Azure resource group")
    .optional()
    .describe("Azure: the resource group of a zone that is there; required for one."),
});

export const tls = z
  .union(
    [
      z.enum(["internal"]),
      z.strictObject({
        acme: z
          .strictObject({
            email: email.describe("Where the certificate authority sends warnings."),
            server: shaped(/^https:\/\/[^\s]{1,200}$/, "must be an https address")
              .optional()
              .describe("ACME directory. Default: Let's Encrypt."),
          })
          .describe("Certificates from an ACME authority such as Let's Encrypt, for zones that `dns` writes."),
      }),
      z.strictObject({
        certificate: file.describe("PEM file of the certificate and its chain, relative to storm.yml."),
        key: file.describe("PEM file of its private key, relative to storm.yml; keep it out of the repository."),
      }),
    ],
    { error: "must be internal, {acme: {email: ...}} or {certificate: ..., key: ...}" },
  )
  .describe(
    "Certificates of the ingress: acme, certificate and key of your own, or internal (the cluster's own CA). Default: internal.",
  );

export const network = z.strictObject({
  mesh: z
    .enum(["wireguard", "off"])
    .default("wireguard")
    .describe(
      "Network between all nodes, encrypted; off: without encryption, on the private network of a single site, for the cluster's whole life. Default: wireguard.",
    ),
  meshCidr: cidr
    .default("100.64.0.0/10")
    .describe("Addresses of the nodes on the mesh, /8 to /16. Default: 100.64.0.0/10."),
  meshPort: z.int().min(1024).max(65535).default(51820).describe("UDP port of the mesh. Default: 51820."),
  overlayCidr: cidr
    .default("10.192.0.0/10")
    .describe("Addresses of the stacks' networks, /8 to /16. Default: 10.192.0.0/10."),
  bridgeCidr: cidr
    .default("172.29.0.0/16")
    .describe("Addresses of Docker's bridges on each node, /12 to /20. Default: 172.29.0.0/16."),
  siteCidr: cidr
    .default("10.64.0.0/16")
    .describe(
      "Addresses of the private network that AWS and Azure sites are made with, /16; the same on every site, for only the mesh joins them. Default: 10.64.0.0/16.",
    ),
  private: z
    .boolean()
    .default(false)
    .describe(
      "Nodes without public addresses, behind NAT and a bastion; for a single site of AWS or Azure. Default: false.",
    ),
  adminCidrs: z
    .array(cidr)
    .max(50)
    .default([])
    .describe(
      "Networks that may reach SSH, the Docker API and Consul's on nodes of a cloud: that of the machine which deploys is one of them. Default: none.",
    ),
});

export const registry = z.strictObject({
  storage: z
    .enum(["filesystem", "s3", "spaces", "azure"])
    .default("filesystem")
    .describe("Where images are kept. Default: filesystem, a volume of the cluster."),
  bucket: shaped(
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
    "must be a name of a bucket or container: 3 to 63 lower-case letters, digits, '.' and '-'",
  )
    .optional()
    .describe("Bucket (s3, spaces) or container (azure). Default: one is made."),
  region: text.optional().describe("Region of the bucket. Default: that of the first site of its provider."),
});

const receiver = z
  .union(
    [
      z.strictObject({ email: email.describe("Send to this address.") }),
      z.strictObject({ webhook: label(40).describe("Post to the address in this key of the stack's secret config.") }),
    ],
    { error: "must be {email: ...} or {webhook: ...}" },
  )
  .describe("Someone to tell: an e-mail address, or the config key that holds a webhook's address.");

export const monitoring = z.strictObject({
  retention: duration.default("15d").describe("How long measurements are kept. Default: 15d."),
  alerts: z.array(receiver).max(20).default([]).describe("Who is told of alerts. Default: nobody."),
});

const limitSet = z.strictObject({
  nodes: z.int().min(1).optional().describe("Most nodes, elastic pools counted at their largest."),
  cpus: z.number().min(0.1).optional().describe("Most virtual CPUs."),
  memory: bytes.optional().describe("Most memory, e.g. 64GB."),
  monthlyCost: z.number().min(0).optional().describe("Most US dollars a month, by the size catalog's prices."),
  sizes: z
    .array(z.string().min(1).max(64))
    .min(1)
    .max(100)
    .optional()
    .describe("Sizes that may be used. Default: all."),
  regions: z
    .array(z.string().min(1).max(32))
    .min(1)
    .max(100)
    .optional()
    .describe("Regions that may be used. Default: all."),
});

const limitName = label(40);

export const limits = z.strictObject({
  global: limitSet.optional().describe("Limits of every cluster."),
  accounts: z.record(limitName, limitSet).default({}).describe("Further limits, by account."),
  groups: z.record(limitName, limitSet).default({}).describe("Further limits, by group."),
  account: limitName.optional().describe("The account that this cluster counts for. Default: none."),
  group: limitName.optional().describe("The group that this cluster counts for. Default: none."),
});

export const backup = z.strictObject({
  every: duration.default("24h").describe("Time between backups. Default: 24h."),
  keep: z.int().min(1).max(1000).default(7).describe("How many are kept. Default: 7."),
  to: shaped(
    /^(s3|spaces|azure|file):\/\/[^\s]{1,200}$/,
    "must be an address that begins with s3://, spaces://, azure:// or file://",
  ).describe("Where backups go, e.g. s3://bucket/folder."),
});

const replicas = z.int().min(0).max(1000);

export const composeStack = z.strictObject({
  file: file.describe("The compose file, relative to storm.yml; .yml may be left out."),
  scale: z
    .union(
      [replicas, z.record(shaped(/^[a-zA-Z0-9][a-zA-Z0-9._-]{0,62}$/, "must be the name of a service"), replicas)],
      { error: "must be a whole number such as 3, or a mapping such as {web: 3}" },
    )
    .optional()
    .describe(
      "Replicas: a number for each routed service without deploy.replicas, or a number by service. Default: as the compose file says.",
    ),
});

export const composeName = shaped(
  /^[a-z0-9]([a-z0-9_-]*[a-z0-9])?$/,
  'must be lower-case letters, digits and inner "-" or "_"',
).max(40);
