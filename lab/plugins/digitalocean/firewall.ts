/** `Firewall`. */
import { isIP } from "node:net";
import { type CheckFailure, type Fields, isMap } from "../shared/fields";
import { reveal, type Value, type ValueMap } from "../shared/values";
import { checkTags, matches, type Table, textOf, textsOf } from "./table";

function ruleFields(end: "source" | "destination"): Fields {
  return {
    protocol: { type: "string", required: true, oneOf: ["tcp", "udp", "icmp"] },
    portRange: { type: "string" },
    action: { type: "string", oneOf: ["allow", "deny"] },
    [`${end}Addresses`]: { type: "strings" },
    [`${end}DropletIds`]: { type: "list" },
    [`${end}KubernetesIds`]: { type: "strings" },
    [`${end}LoadBalancerUids`]: { type: "strings" },
    [`${end}Tags`]: { type: "strings" },
  };
}

export const firewallTypes: Table = {
  Firewall: {
    id: "firewall-",
    inputs: {
      name: { type: "string", required: true },
      dropletIds: { type: "list" },
      inboundRules: { type: "objects", fields: ruleFields("source") },
      outboundRules: { type: "objects", fields: ruleFields("destination") },
      tags: { type: "strings" },
    },
    computed: {
      status: () => "succeeded",
      createdAt: () => "2026-01-01T00:00:00Z",
      pendingChanges: () => [],
    },
    check: (inputs) => {
      const inbound = rulesOf(inputs["inboundRules"]);
      const outbound = rulesOf(inputs["outboundRules"]);
      return [
        ...matches(
          inputs,
          "name",
          /^[A-Za-z0-9]([A-Za-z0-9.-]{0,253}[A-Za-z0-9])?$/,
          'a firewall\'s name is letters, digits, "-" and "."; the first and last are letters or digits',
        ),
        ...checkTags(inputs["tags"]),
        ...(textsOf(inputs["tags"]).length > 5 ? [{ property: "tags", reason: "a firewall has at most 5 tags" }] : []),
        ...(inbound.length + outbound.length === 0
          ? [{ property: "inboundRules", reason: "at least one rule is needed" }]
          : []),
        ...(inbound.length > 50 ? [{ property: "inboundRules", reason: "at most 50 rules" }] : []),
        ...inbound.flatMap((rule, index) => checkRule(rule, `inboundRules[${index}]`, "source")),
        ...outbound.flatMap((rule, index) => checkRule(rule, `outboundRules[${index}]`, "destination")),
      ];
    },
  },
};

function rulesOf(value: Value | undefined): ValueMap[] {
  const list = reveal(value ?? null);
  return Array.isArray(list) ? list.map(reveal).filter(isMap) : [];
}

function checkRule(rule: ValueMap, property: string, end: "source" | "destination"): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const fail = (reason: string): void => void failures.push({ property, reason });
  const ports = textOf(rule, "portRange");
  if (textOf(rule, "protocol") === "icmp" ? ports !== undefined : !isPorts(ports))
    fail('portRange is a port, a range such as "8000-9000" or "1-65535" for tcp and udp, and none for icmp');
  const ends = Object.keys(rule).filter((name) => name.startsWith(end));
  const empty = (name: string): boolean => {
    const list = reveal(rule[name] ?? null);
    return Array.isArray(list) && list.length === 0;
  };
  if (ends.every(empty)) fail(`at least one ${end} is needed`);
  if (!textsOf(rule[`${end}Addresses`]).every(isNetwork))
    fail("addresses are IP addresses or networks such as 10.0.0.0/8");
  return [...failures, ...checkTags(rule[`${end}Tags`], `${property}.${end}Tags`)];
}

function isPorts(text: string | undefined): boolean {
  if (text === undefined) return false;
  const [first = NaN, last = first, ...more] = text.split("-").map(Number);
  return more.length === 0 && first >= 1 && last >= first && last <= 65535 && /^[0-9-]+$/.test(text);
}

function isNetwork(text: string): boolean {
  const [address = "", prefix] = text.split("/");
  const bits = isIP(address) === 4 ? 32 : 128;
  return isIP(address) > 0 && (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits));
}
