import { createHash } from "node:crypto";
import { cloudFunction, cloudResource } from "../shared/cloud";
import type { CheckFailure } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { list, matching, number, oneOf, text, unless, within } from "./checks";
import { bool, fixed, int, num, objects, required, str, strs, tags, words } from "./fields";

const NAME = /^(\*\.)?([a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.?$/;
const DOMAIN = "must be a domain name";

/** A zone's identifier follows from its name. */
export function zoneId(name: string): string {
  return `Z${createHash("sha256").update(name).digest("hex").slice(0, 20).toUpperCase()}`;
}

export const getZone = cloudFunction({ name: required(str), privateZone: bool }, (inputs) => {
  const name = text(inputs["name"]) ?? "";
  const id = zoneId(name);
  return { id, zoneId: id, name, nameServers: ["ns-1.awsdns-01.org", "ns-2.awsdns-02.co.uk"] };
});

/** Either an alias, or values with a time to live; a routing policy has an identifier and the other way round. */
function checkRecord(inputs: ValueMap): CheckFailure[] {
  const alias = inputs["aliases"] !== undefined;
  const weighted = inputs["weightedRoutingPolicies"] !== undefined;
  return [
    ...matching(inputs, "name", NAME, DOMAIN),
    ...oneOf(inputs, ["aliases", "records"]),
    ...unless(
      alias !== (inputs["ttl"] !== undefined),
      "ttl",
      alias ? "an alias has none" : "missing required property",
    ),
    ...unless(weighted === (inputs["setIdentifier"] !== undefined), "setIdentifier", "goes with a routing policy"),
    ...unless(list(inputs["aliases"]).length <= 1, "aliases", "must be one"),
  ];
}

function checkHealth(inputs: ValueMap): CheckFailure[] {
  const interval = number(inputs["requestInterval"]);
  return [
    ...matching(inputs, "fqdn", NAME, DOMAIN),
    ...within(inputs["port"], "port", 1, 65535),
    ...within(inputs["failureThreshold"], "failureThreshold", 1, 10),
    ...unless(
      interval === undefined || [10, 30].includes(interval),
      "requestInterval",
      `must be 10 or 30, got ${interval}`,
    ),
    ...oneOf(inputs, ["fqdn", "ipAddress"]),
    ...unless(inputs["type"] !== "TCP" || inputs["port"] !== undefined, "port", "a TCP check needs a port"),
    ...unless(inputs["type"] !== "TCP" || inputs["resourcePath"] === undefined, "resourcePath", "is for HTTP"),
  ];
}

export const route53Types = {
  "aws:route53/zone:Zone": cloudResource({
    id: (inputs) => zoneId(text(inputs["name"]) ?? ""),
    inputs: { name: fixed(required(str)), comment: str, forceDestroy: bool, tags },
    computed: {
      zoneId: ({ id }) => id,
      nameServers: () => ["ns-1.awsdns-01.org", "ns-2.awsdns-02.co.uk"],
      arn: ({ id }) => `arn:aws:route53:::hostedzone/${id}`,
    },
    check: (inputs) => matching(inputs, "name", NAME, DOMAIN),
  }),
  "aws:route53/record:Record": cloudResource({
    id: (inputs) => ["zoneId", "name", "type", "setIdentifier"].map((key) => text(inputs[key]) ?? "").join("_"),
    inputs: {
      zoneId: fixed(required(str)),
      name: fixed(required(str)),
      type: required(words("A", "AAAA", "CNAME", "TXT")),
      setIdentifier: fixed(str),
      weightedRoutingPolicies: objects({ weight: required(num) }),
      aliases: objects({ name: required(str), zoneId: required(str), evaluateTargetHealth: required(bool) }),
      ttl: int,
      records: strs,
      healthCheckId: str,
    },
    computed: { fqdn: ({ inputs }) => text(inputs["name"]) ?? "" },
    check: checkRecord,
  }),
  "aws:route53/healthCheck:HealthCheck": cloudResource({
    id: "health-",
    inputs: {
      type: fixed(required(words("HTTP", "TCP"))),
      resourcePath: str,
      fqdn: str,
      ipAddress: str,
      port: int,
      requestInterval: fixed(int),
      failureThreshold: int,
      tags,
    },
    computed: { arn: ({ id }) => `arn:aws:route53:::healthcheck/${id}` },
    check: checkHealth,
  }),
};
