/** Microsoft.Network/loadBalancers. */
import { type CheckFailure, type Fields, isMap } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { armResource, COMMON_NAME, items, members, text } from "./arm";
import { REFERENCE, REGIONAL_SKU } from "./network";

const NAMED = { name: { type: "string", required: true } } as const;
const PORT = { type: "integer", required: true, min: 1 } as const;

const PROBE: Fields = {
  ...NAMED,
  protocol: { type: "string", required: true, oneOf: ["Tcp", "Http", "Https"] },
  port: PORT,
  intervalInSeconds: { type: "integer", min: 5 },
  probeThreshold: { type: "integer", min: 1 },
};
const RULE: Fields = {
  ...NAMED,
  protocol: { type: "string", required: true, oneOf: ["Tcp", "Udp", "All"] },
  frontendPort: PORT,
  backendPort: PORT,
  frontendIPConfiguration: { type: "object", required: true, fields: REFERENCE },
  backendAddressPools: { type: "objects", required: true, fields: REFERENCE },
  probe: { type: "object", fields: REFERENCE },
  enableTcpReset: { type: "boolean" },
  enableFloatingIP: { type: "boolean" },
  idleTimeoutInMinutes: { type: "integer", min: 4 },
  loadDistribution: { type: "string", oneOf: ["Default", "SourceIP", "SourceIPProtocol"] },
  disableOutboundSnat: { type: "boolean" },
};

export const LoadBalancer = armResource({
  kind: "Microsoft.Network/loadBalancers",
  nameInput: "loadBalancerName",
  nameRule: COMMON_NAME,
  location: "region",
  inputs: {
    sku: { type: "object", required: true, fields: REGIONAL_SKU },
    frontendIPConfigurations: {
      type: "objects",
      required: true,
      fields: { ...NAMED, publicIPAddress: { type: "object", required: true, fields: REFERENCE } },
    },
    backendAddressPools: { type: "objects", fields: NAMED },
    probes: { type: "objects", fields: PROBE },
    loadBalancingRules: { type: "objects", fields: RULE },
  },
  check: checkReferences,
});

/** What a rule points to must be of the same load balancer, and a frontend's port has one rule. */
function checkReferences(inputs: ValueMap): CheckFailure[] {
  const rules = items(inputs["loadBalancingRules"]).filter(isMap);
  const names = (list: string) =>
    items(inputs[list])
      .filter(isMap)
      .flatMap((each) => text(each["name"]) ?? []);
  const ports = new Set<string>();
  return rules.flatMap((rule, index) => {
    const property = `loadBalancingRules[${index}]`;
    const references = [
      ["frontendIPConfigurations", members(rule["frontendIPConfiguration"])["id"]],
      ["probes", members(rule["probe"])["id"]],
      ...items(rule["backendAddressPools"]).map((pool) => ["backendAddressPools", members(pool)["id"]] as const),
    ] as const;
    const lost = references.flatMap(([list, id]): CheckFailure[] => {
      const reference = text(id);
      if (reference === undefined) return [];
      const own = names(list).map((name) => `$self/${list}/${name}`);
      return own.includes(reference) ? [] : [{ property, reason: `${reference} is none of ${own.join(", ")}` }];
    });
    const port = `${text(rule["protocol"])} ${Number(rule["frontendPort"])}`;
    const double = ports.has(port) ? [{ property, reason: `another rule has ${port}` }] : [];
    ports.add(port);
    return [...lost, ...double];
  });
}
