import { WORLD_IPV4_PREFIX } from "../../spec/units";
import type { Context } from "../checks";
import { byType, type ResourceRule } from "../rule";
import { items, number, type Props, rows, text, texts, type Value } from "../values";

/** WireGuard's own port, where no storm.yml says another. */
const DEFAULT_MESH_PORT = 51820;
const WORLD_IPV6_PREFIX = 15;
const WORLD_WORDS = ["*", "any", "internet"];

/** Ports that somebody is let in to. */
interface Opening {
  /** As the cloud writes it: "tcp", "-1", "*". */
  readonly protocol: string;
  readonly from: number;
  readonly to: number;
  readonly sources: readonly string[];
}

export const openPorts: ResourceRule = {
  name: "open-ports",
  description: "Nothing but 80, 443 and the mesh's UDP port is open to the world.",
  enforcement: "mandatory",
  check: byType("open-ports", {
    "aws:ec2/securityGroup:SecurityGroup": (props, _, context) =>
      problems(rows(props["ingress"]).map(awsOpening), context),
    "aws:ec2/securityGroupRule:SecurityGroupRule": (props, _, context) =>
      props["type"] === "egress" ? [] : problems([awsOpening(props)], context),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (props, _, context) =>
      problems([awsOpening(props)], context),
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": (props, _, context) =>
      problems(rows(props["ingress"]).map(awsOpening), context),
    "azure-native:network:NetworkSecurityGroup": (props, _, context) =>
      problems(rows(props["securityRules"]).flatMap(azureOpenings), context),
    "azure-native:network:SecurityRule": (props, _, context) => problems(azureOpenings(props), context),
    "digitalocean:index/firewall:Firewall": (props, _, context) =>
      problems(rows(props["inboundRules"]).map(digitalOceanOpening), context),
    "digitalocean:index/loadBalancer:LoadBalancer": (props, _, context) =>
      text(props["network"]) === "INTERNAL" ? [] : problems(rows(props["forwardingRules"]).map(listener), context),
  }),
};

function problems(openings: readonly Opening[], { spec }: Context): string[] {
  const meshPort = spec?.network.meshPort ?? DEFAULT_MESH_PORT;
  return openings.flatMap((opening) => {
    const world = opening.sources.filter(isWorld);
    if (world.length === 0 || isAllowed(opening, meshPort)) return [];
    return [
      `${portWords(opening)} is open to the world (${world.join(", ")}); allowed: tcp 80, tcp 443, udp ${meshPort}, others from known addresses`,
    ];
  });
}

function isAllowed({ protocol, from, to }: Opening, meshPort: number): boolean {
  if (from !== to) return false;
  return protocol === "tcp" ? from === 80 || from === 443 : protocol === "udp" && from === meshPort;
}

function isWorld(source: string): boolean {
  if (WORLD_WORDS.includes(source.toLowerCase())) return true;
  const [address = "", prefix] = source.split("/");
  if (prefix === undefined) return false;
  return Number(prefix) <= (address.includes(":") ? WORLD_IPV6_PREFIX : WORLD_IPV4_PREFIX);
}

function portWords({ protocol, from, to }: Opening): string {
  const name = protocol === "all" ? "every protocol and port" : protocol;
  if (protocol === "all") return name;
  if (from === 0 && to === 65535) return `every ${name} port`;
  return from === to ? `${name} port ${from}` : `${name} ports ${from}-${to}`;
}

/** Protocols without ports (ICMP and the like) open none. */
function opening(protocol: string, from: number, to: number, sources: readonly string[]): Opening {
  const numbers: Record<string, string> = { "6": "tcp", "17": "udp", "-1": "all", "*": "all" };
  const name = numbers[protocol] ?? protocol.toLowerCase();
  return { protocol: name, from, to, sources: ["tcp", "udp", "all"].includes(name) ? sources : [] };
}

function awsOpening(rule: Props): Opening {
  const protocol = text(rule["protocol"] ?? rule["ipProtocol"]) ?? "-1";
  const sources = ["cidrBlocks", "ipv6CidrBlocks", "cidrIpv4", "cidrIpv6"].flatMap((name) => texts(rule[name]));
  return opening(protocol, number(rule["fromPort"]) ?? 0, number(rule["toPort"]) ?? 65535, sources);
}

function azureOpenings(rule: Props): Opening[] {
  if (text(rule["access"]) === "Deny" || text(rule["direction"]) === "Outbound") return [];
  const sources = ["sourceAddressPrefix", "sourceAddressPrefixes"].flatMap((name) => texts(rule[name]));
  const ports = ["destinationPortRange", "destinationPortRanges"].flatMap((name) => items(rule[name]));
  return ports.map((range) => opening(text(rule["protocol"]) ?? "*", ...portRange(range), sources));
}

function digitalOceanOpening(rule: Props): Opening {
  return opening(text(rule["protocol"]) ?? "all", ...portRange(rule["portRange"]), texts(rule["sourceAddresses"]));
}

/** A load balancer of DigitalOcean is itself open to the world. */
function listener(rule: Props): Opening {
  const port = number(rule["entryPort"]) ?? 0;
  return opening(text(rule["entryProtocol"]) === "udp" ? "udp" : "tcp", port, port, ["0.0.0.0/0"]);
}

/** "443", "8000-9000", "*", "all" or "0"; all ports where nothing is said. */
function portRange(range: Value | undefined): [number, number] {
  const word = String(number(range) ?? text(range) ?? "*");
  if (["*", "all", "0", "1-65535", "0-65535"].includes(word)) return [0, 65535];
  const [from = 0, to = from] = word.split("-").map(Number);
  return [from, to];
}
