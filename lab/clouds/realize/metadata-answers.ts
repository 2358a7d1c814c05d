/** What a cloud's metadata service answers to one of its machines. Pure, but for the tokens that it gives away. */
import { randomBytes } from "node:crypto";
import type { Cloud } from "../world";

/** What the service knows of a machine. */
export interface MachineMetadata {
  cloud: Cloud;
  name: string;
  privateAddress: string;
  publicAddress?: string;
  /** Base64 of the bytes. */
  userData: string;
  metaData: Record<string, unknown>;
}

export interface MetadataRequest {
  method: string;
  /** With its query. */
  url: string;
  headers: Record<string, string | string[] | undefined>;
}

export interface MetadataAnswer {
  status: number;
  body: string | Buffer;
}

/** Tokens of AWS's IMDSv2: of one machine each, with an end. */
export class Tokens {
  private readonly given = new Map<string, { address: string; until: number }>();

  give(address: string, seconds: number): string {
    const token = randomBytes(32).toString("base64url");
    this.given.set(token, { address, until: Date.now() + seconds * 1000 });
    return token;
  }

  holds(token: string, address: string): boolean {
    const found = this.given.get(token);
    return found !== undefined && found.address === address && Date.now() < found.until;
  }
}

export function metadataAnswer(request: MetadataRequest, machine: MachineMetadata, tokens: Tokens): MetadataAnswer {
  const url = new URL(request.url, "http://metadata");
  const path = url.pathname.split("/").filter((part) => part !== "");
  const header = (name: string) => String(request.headers[name] ?? "");
  if (header("x-forwarded-for")) return refuse(403, "no proxies");
  switch (machine.cloud) {
    case "aws":
      return aws(request.method, path, header, machine, tokens);
    case "azure-native":
      if (header("metadata").toLowerCase() !== "true") return refuse(400, "the header Metadata: true is missing");
      if (!url.searchParams.get("api-version")) return refuse(400, "the parameter api-version is missing");
      return request.method === "GET" ? azure(path, machine) : refuse(405, "GET only");
    case "digitalocean":
      return request.method === "GET" ? digitalocean(path, machine) : refuse(405, "GET only");
  }
}

function aws(
  method: string,
  path: string[],
  header: (name: string) => string,
  machine: MachineMetadata,
  tokens: Tokens,
): MetadataAnswer {
  const [version, kind, ...rest] = path;
  if (version !== "latest") return refuse(404, "not found");
  if (method === "PUT" && kind === "api" && rest.join("/") === "token") {
    const seconds = Number(header("x-aws-ec2-metadata-token-ttl-seconds"));
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > 21_600) return refuse(400, "a ttl of 1 to 21600 s");
    return { status: 200, body: tokens.give(machine.privateAddress, seconds) };
  }
  if (method !== "GET") return refuse(405, "GET only");
  if (!tokens.holds(header("x-aws-ec2-metadata-token"), machine.privateAddress)) return refuse(401, "no valid token");
  if (kind === "user-data" && rest.length === 0) return userData(machine);
  return kind === "meta-data" ? listing(machine.metaData, rest) : refuse(404, "not found");
}

function azure(path: string[], machine: MachineMetadata): MetadataAnswer {
  const { name, privateAddress, publicAddress, metaData } = machine;
  switch (path.join("/")) {
    case "metadata/instance":
      // A public address of the Standard kind is not told here, but by the load balancer's.
      return json(
        metaData.imds ?? {
          compute: { name, vmId: metaData["instance-id"], userData: machine.userData },
          network: {
            interface: [{ ipv4: { ipAddress: [{ privateIpAddress: privateAddress, publicIpAddress: "" }] } }],
          },
        },
      );
    case "metadata/loadbalancer":
      if (publicAddress === undefined) return refuse(404, "no load balancer metadata is found");
      return json({
        loadbalancer: {
          publicIpAddresses: [{ frontendIpAddress: publicAddress, privateIpAddress: privateAddress }],
          inboundRules: [],
          outboundRules: [],
        },
      });
    default:
      return refuse(404, "not found");
  }
}

function digitalocean([root, version, ...rest]: string[], machine: MachineMetadata): MetadataAnswer {
  if (root !== "metadata") return refuse(404, "not found");
  if (version === "v1.json" && rest.length === 0) {
    return json({ ...machine.metaData, user_data: Buffer.from(machine.userData, "base64").toString("utf8") });
  }
  if (version !== "v1") return refuse(404, "not found");
  return rest.join("/") === "user-data" ? userData(machine) : listing(machine.metaData, rest);
}

function userData(machine: MachineMetadata): MetadataAnswer {
  if (machine.userData === "") return refuse(404, "not found");
  return { status: 200, body: Buffer.from(machine.userData, "base64") };
}

/** A value as text, or the keys of what is below, those with more below them with a "/". */
function listing(tree: unknown, path: string[]): MetadataAnswer {
  let here = tree;
  for (const key of path) {
    here = isTree(here) ? here[key] : undefined;
    if (here === undefined) return refuse(404, "not found");
  }
  if (!isTree(here)) return { status: 200, body: String(here) };
  const keys = Object.entries(here).map(([key, value]) => (isTree(value) ? `${key}/` : key));
  return { status: 200, body: keys.join("\n") };
}

/** Lists count as trees: their places are the keys, as in DigitalOcean's interfaces/public/0. */
function isTree(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function json(value: unknown): MetadataAnswer {
  return { status: 200, body: JSON.stringify(value) };
}

function refuse(status: number, body: string): MetadataAnswer {
  return { status, body };
}
