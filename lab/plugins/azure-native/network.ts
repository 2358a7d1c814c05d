/** Microsoft.Network: networks, who may send what, addresses and interfaces. */
import { publicAddress } from "../shared/cloud";
import type { CheckFailure, Fields } from "../shared/fields";
import { isMap } from "../shared/fields";
import type { Value, ValueMap } from "../shared/values";
import { armResource, COMMON_NAME, items, members, text } from "./arm";
import { contains, overlaps, parseCidr } from "../shared/cidr";

/** A reference to another resource. */
export const REFERENCE: Fields = { id: { type: "string", required: true } };
export const REGIONAL_SKU: Fields = {
  name: { type: "string", required: true, oneOf: ["Standard"] },
  tier: { type: "string", oneOf: ["Regional"] },
};
const NETWORK = { nameRule: COMMON_NAME, location: "region" } as const;

const RULE: Fields = {
  name: { type: "string", required: true },
  description: { type: "string" },
  priority: { type: "integer", required: true, min: 100 },
  direction: { type: "string", required: true, oneOf: ["Inbound", "Outbound"] },
  access: { type: "string", required: true, oneOf: ["Allow", "Deny"] },
  protocol: { type: "string", required: true, oneOf: ["Tcp", "Udp", "*"] },
  sourceAddressPrefix: { type: "string" },
  sourceAddressPrefixes: { type: "strings" },
  sourcePortRange: { type: "string", required: true },
  destinationAddressPrefix: { type: "string", required: true },
  destinationPortRange: { type: "string", required: true },
};

export const NetworkSecurityGroup = armResource({
  ...NETWORK,
  kind: "Microsoft.Network/networkSecurityGroups",
  nameInput: "networkSecurityGroupName",
  inputs: { securityRules: { type: "objects", fields: RULE } },
  check: (inputs) => checkRules(items(inputs["securityRules"]).filter(isMap)),
});

const SERVICE_TAGS = ["*", "Internet", "VirtualNetwork", "AzureLoadBalancer"];

function checkRules(rules: ValueMap[]): CheckFailure[] {
  const failures: CheckFailure[] = [];
  const seen = new Set<string>();
  const refuse = (index: number, reason: string) => failures.push({ property: `securityRules[${index}]`, reason });
  rules.forEach((rule, index) => {
    const place = `${text(rule["direction"])} ${Number(rule["priority"])}`;
    if (seen.has(place)) refuse(index, `another rule has ${place}: priorities are unique in each direction`);
    seen.add(place);
    if (Number(rule["priority"]) > 4096) refuse(index, "priority must be 100 to 4096");
    if ((text(rule["description"]) ?? "").length > 140) refuse(index, "description must have at most 140 characters");
    const name = text(rule["name"]);
    if (name !== undefined && seen.has(name)) refuse(index, `another rule is called ${name}`);
    seen.add(name ?? "");
    const sources = [rule["sourceAddressPrefix"], ...items(rule["sourceAddressPrefixes"])].flatMap(
      (each) => text(each) ?? [],
    );
    if (sources.length === 0 && rule["sourceAddressPrefixes"] === undefined) refuse(index, "names no source");
    for (const source of sources)
      if (!SERVICE_TAGS.includes(source) && !parseCidr(source))
        refuse(index, `is no network or service tag: ${source}`);
    for (const source of items(rule["sourceAddressPrefixes"]).flatMap((each) => text(each) ?? []))
      if (!parseCidr(source)) refuse(index, `sourceAddressPrefixes takes no service tag: ${source}`);
  });
  return failures;
}

const SUBNET: Fields = {
  name: { type: "string", required: true },
  addressPrefix: { type: "string", required: true },
  defaultOutboundAccess: { type: "boolean" },
  natGateway: { type: "object", fields: REFERENCE },
  networkSecurityGroup: { type: "object", fields: REFERENCE },
};

export const VirtualNetwork = armResource({
  nameRule: { ...COMMON_NAME, length: 64 },
  location: "region",
  kind: "Microsoft.Network/virtualNetworks",
  nameInput: "virtualNetworkName",
  inputs: {
    addressSpace: { type: "object", required: true, fields: { addressPrefixes: { type: "strings", required: true } } },
    subnets: { type: "objects", fields: SUBNET },
    // The SDK writes both by itself.
    enableDdosProtection: { type: "boolean" },
    enableVmProtection: { type: "boolean" },
  },
  check: checkSubnets,
});

function checkSubnets(inputs: ValueMap): CheckFailure[] {
  const space = items(members(inputs["addressSpace"])["addressPrefixes"]).flatMap((each) => text(each) ?? []);
  const subnets = items(inputs["subnets"])
    .filter(isMap)
    .flatMap((subnet) => text(subnet["addressPrefix"]) ?? []);
  const refuse = (reason: string): CheckFailure => ({ property: "subnets", reason });
  const bad = [...space, ...subnets].filter((cidr) => !parseCidr(cidr)).map((cidr) => refuse(`${cidr} is no network`));
  if (bad.length > 0) return bad;
  const outside = subnets
    .filter((subnet) => !space.some((whole) => contains(whole, subnet)))
    .map((subnet) => refuse(`${subnet} is not inside ${space.join(", ")}`));
  const double = subnets.flatMap((first, index) =>
    subnets
      .slice(0, index)
      .filter((second) => overlaps(first, second))
      .map((second) => refuse(`${first} overlaps ${second}`)),
  );
  return [...outside, ...double];
}

export const PublicIPAddress = armResource({
  ...NETWORK,
  kind: "Microsoft.Network/publicIPAddresses",
  nameInput: "publicIpAddressName",
  inputs: {
    sku: { type: "object", required: true, fields: REGIONAL_SKU, change: "replace" },
    publicIPAddressVersion: { type: "string", oneOf: ["IPv4", "IPv6"], change: "replace" },
    // The Standard kind has no other.
    publicIPAllocationMethod: { type: "string", required: true, oneOf: ["Static"] },
    zones: { type: "strings" },
  },
  computed: { ipAddress: ({ id }) => publicAddress(id) },
});

export const NatGateway = armResource({
  ...NETWORK,
  kind: "Microsoft.Network/natGateways",
  nameInput: "natGatewayName",
  inputs: {
    sku: { type: "object", required: true, fields: { name: { type: "string", required: true, oneOf: ["Standard"] } } },
    publicIpAddresses: { type: "objects", fields: REFERENCE },
    zones: { type: "strings" },
  },
});

const IP_CONFIGURATION: Fields = {
  name: { type: "string", required: true },
  primary: { type: "boolean" },
  subnet: { type: "object", required: true, fields: REFERENCE },
  privateIPAllocationMethod: { type: "string", oneOf: ["Dynamic", "Static"] },
  publicIPAddress: { type: "object", fields: REFERENCE },
  loadBalancerBackendAddressPools: { type: "objects", fields: REFERENCE },
};

export const NetworkInterface = armResource({
  ...NETWORK,
  kind: "Microsoft.Network/networkInterfaces",
  nameInput: "networkInterfaceName",
  inputs: {
    networkSecurityGroup: { type: "object", fields: REFERENCE },
    ipConfigurations: { type: "objects", required: true, fields: IP_CONFIGURATION },
  },
  // Azure answers with the address that it gave.
  filled: {
    ipConfigurations: ({ id, inputs }) => items(inputs["ipConfigurations"]).map((each) => withAddress(each, id)),
  },
});

function withAddress(configuration: Value, seed: string): Value {
  const [, , , last = "4"] = publicAddress(seed).split(".");
  return { ...members(configuration), privateIPAddress: `10.64.0.${last}` };
}
