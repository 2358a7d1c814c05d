/** What a network's router lets through and translates, as a text for `nft -f`. Pure. */
import type { CloudNetwork, Endpoint, InboundRule } from "../world";
import { LINK, portName, UPLINK } from "./names";

const ALL_PORTS: readonly [number, number] = [0, 65535];

/**
 * The whole ruleset of a router: our table, replaced as one.
 *
 * Addresses of machines' own are translated packet by packet, not by connection: when one moves to another machine, a mesh that never
 * falls silent must not be held to the old one. So a packet from machine to machine of one network by their public addresses leaves to the
 * internet and comes back, with the sender's public address, as on clouds. Many behind one address need connections: that is nft's NAT.
 */
export function ruleset(network: CloudNetwork, endpoints: readonly Endpoint[]): string {
  const sorted = [...endpoints].sort((a, b) => (a.id < b.id ? -1 : 1));
  const own = sorted.filter((end) => end.publicAddress);
  const behindNat = sorted.filter((end) => !end.publicAddress && end.natAddress);
  const lines = [
    "table ip storm",
    "delete table ip storm",
    "table ip storm {",
    ...collection(
      "map inside",
      "ipv4_addr : ipv4_addr",
      own.map((end) => `${end.publicAddress} : ${end.privateAddress}`),
    ),
    ...collection(
      "map outside",
      "ipv4_addr : ipv4_addr",
      own.map((end) => `${end.privateAddress} : ${end.publicAddress}`),
    ),
    ...collection(
      "map nat",
      "ipv4_addr : ipv4_addr",
      behindNat.map((end) => `${end.privateAddress} : ${end.natAddress}`),
    ),
    ...collection(
      "set travellers",
      "ipv4_addr",
      [...own, ...behindNat].map((end) => end.privateAddress),
    ),
    ...collection(
      "set ports",
      "ifname . ipv4_addr",
      sorted.map((end) => `"${portName(end.id)}" . ${end.privateAddress}`),
    ),
    ...sorted.flatMap((end) => chain(`to-${end.id}`, inboundLines(end.inbound))),
    ...chain("arriving", [
      // Before connections are looked up, which thus know private addresses only.
      "type filter hook prerouting priority raw; policy accept;",
      `iifname "${UPLINK}" ip daddr ${network.cidr} drop`,
      `iifname "${UPLINK}" ip daddr set ip daddr map @inside accept`,
      `iifname "m-*" iifname . ip saddr != @ports drop`,
    ]),
    ...chain("input", [
      "type filter hook input priority filter; policy drop;",
      "ct state established,related accept",
      `iifname "m-*" ip daddr ${LINK.metadata} tcp dport 80 accept`,
    ]),
    ...chain("forward", [
      "type filter hook forward priority filter; policy drop;",
      "ct state established,related accept",
      `oifname "${UPLINK}" ip saddr @travellers accept`,
      ...(sorted.length > 0
        ? [`ip daddr vmap { ${sorted.map((end) => `${end.privateAddress} : jump to-${end.id}`).join(", ")} }`]
        : []),
    ]),
    ...chain("output", [
      // A hop limit of one, for every answer: whatever the machine would hand on, e.g. to a container on a bridge, ends there.
      "type filter hook output priority filter; policy accept;",
      `ip saddr ${LINK.metadata} ip ttl set 1`,
    ]),
    ...chain("hiding", [
      "type nat hook postrouting priority srcnat; policy accept;",
      `oifname "${UPLINK}" snat to ip saddr map @nat`,
    ]),
    ...chain("leaving", [
      "type filter hook postrouting priority srcnat + 10; policy accept;",
      `oifname "${UPLINK}" ip saddr set ip saddr map @outside`,
    ]),
    "}",
  ];
  return `${lines.join("\n")}\n`;
}

function collection(what: string, type: string, elements: string[]): string[] {
  const filled = elements.length > 0 ? [`    elements = { ${elements.join(", ")} }`] : [];
  return [`  ${what} {`, `    type ${type}`, ...filled, "  }"];
}

function chain(name: string, lines: string[]): string[] {
  return [`  chain ${name} {`, ...lines.map((line) => `    ${line}`), "  }"];
}

/** The first rule that fits decides; what none fits is dropped. */
function inboundLines(rules: readonly InboundRule[]): string[] {
  const lines = rules.flatMap((rule) =>
    rule.from
      .filter((cidr) => !cidr.includes(":")) // the lab speaks IPv4
      .map(
        (cidr) => `${cidr === "0.0.0.0/0" ? "" : `ip saddr ${cidr} `}${match(rule)}${rule.allow ? "accept" : "drop"}`,
      ),
  );
  return [...lines, "drop"];
}

function match({ protocol, ports: [first, last] }: InboundRule): string {
  const all = first === ALL_PORTS[0] && last === ALL_PORTS[1];
  const range = first === last ? `${first}` : `${first}-${last}`;
  if (protocol === "any") return all ? "" : `meta l4proto { tcp, udp } th dport ${range} `;
  return all ? `meta l4proto ${protocol} ` : `${protocol} dport ${range} `;
}
