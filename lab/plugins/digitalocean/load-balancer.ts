/** `LoadBalancer`. */
import { publicAddress } from "../shared/cloud";
import { type CheckFailure, type Fields, isMap } from "../shared/fields";
import { reveal, type ValueMap } from "../shared/values";
import { checkPlace } from "./regions";
import { checkTags, matches, type Table } from "./table";

const PROTOCOLS = ["http", "https", "http2", "http3", "tcp", "udp"];

const RULE: Fields = {
  entryPort: { type: "integer", required: true, min: 1 },
  entryProtocol: { type: "string", required: true, oneOf: PROTOCOLS },
  targetPort: { type: "integer", required: true, min: 1 },
  targetProtocol: { type: "string", required: true, oneOf: PROTOCOLS.filter((name) => name !== "http3") },
  certificateName: { type: "string" },
  tlsPassthrough: { type: "boolean" },
};

const CHECK: Fields = {
  protocol: { type: "string", required: true, oneOf: ["http", "https", "tcp"] },
  port: { type: "integer", required: true, min: 1 },
  path: { type: "string" },
  checkIntervalSeconds: { type: "integer" },
  responseTimeoutSeconds: { type: "integer" },
  healthyThreshold: { type: "integer" },
  unhealthyThreshold: { type: "integer" },
};

export const loadBalancerTypes: Table = {
  LoadBalancer: {
    id: "lb-",
    inputs: {
      name: { type: "string", required: true },
      region: { type: "string", change: "replace" },
      vpcUuid: { type: "string", change: "replace" },
      projectId: { type: "string" },
      dropletTag: { type: "string" },
      dropletIds: { type: "list" },
      enableProxyProtocol: { type: "boolean", default: false },
      forwardingRules: { type: "objects", fields: RULE },
      healthcheck: { type: "object", fields: CHECK },
      redirectHttpToHttps: { type: "boolean" },
      sizeUnit: { type: "integer", min: 1 },
    },
    computed: {
      ip: ({ name }) => publicAddress(name),
      ipv6: () => "",
      status: () => "active",
      loadBalancerUrn: ({ id }) => `do:loadbalancer:${id}`,
    },
    check: (inputs) => [
      ...matches(
        inputs,
        "name",
        /^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$/,
        'a load balancer\'s name is letters, digits, "-" and "."',
      ),
      ...checkPlace({ region: inputs["region"] ?? null }),
      ...checkTags(inputs["dropletTag"] === undefined ? [] : [inputs["dropletTag"]], "dropletTag"),
      ...(inputs["dropletTag"] !== undefined && inputs["dropletIds"] !== undefined
        ? [{ property: "dropletIds", reason: "conflicts with dropletTag" }]
        : []),
      ...checkRules(inputs),
      ...checkHealth(inputs),
    ],
  },
};

function checkRules(inputs: ValueMap): CheckFailure[] {
  const rules = reveal(inputs["forwardingRules"] ?? null);
  if (!Array.isArray(rules) || rules.length === 0)
    return [{ property: "forwardingRules", reason: "at least one rule is needed" }];
  const ports = rules.map((rule) => (isMap(rule) ? rule["entryPort"] : undefined));
  return new Set(ports).size === ports.length
    ? []
    : [{ property: "forwardingRules", reason: "an entry port is in two rules" }];
}

function checkHealth(inputs: ValueMap): CheckFailure[] {
  const check = reveal(inputs["healthcheck"] ?? null);
  if (!isMap(check)) return [];
  const failures: CheckFailure[] = [];
  const within = (name: string, least: number, most: number): void => {
    const value = check[name];
    if (typeof value === "number" && (value < least || value > most))
      failures.push({ property: `healthcheck.${name}`, reason: `must be from ${least} to ${most}, got ${value}` });
  };
  within("checkIntervalSeconds", 3, 300);
  within("responseTimeoutSeconds", 3, 300);
  within("healthyThreshold", 2, 10);
  within("unhealthyThreshold", 2, 10);
  if ((check["protocol"] === "tcp") !== (check["path"] === undefined))
    failures.push({ property: "healthcheck.path", reason: "is for http and https, and needed there" });
  return failures;
}
