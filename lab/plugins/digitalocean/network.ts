/** `Vpc`, `ReservedIp`, `ReservedIpAssignment`. */
import { publicAddress } from "../shared/cloud";
import type { CheckFailure } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { checkPlace } from "./regions";
import { matches, privateAddress, type Table, textOf } from "./table";

const region = { type: "string", required: true, change: "replace" } as const;

export const networkTypes: Table = {
  Vpc: {
    id: "vpc-",
    inputs: {
      name: { type: "string", required: true },
      region,
      description: { type: "string" },
      ipRange: { type: "string", change: "replace" },
    },
    computed: {
      ipRange: ({ name }) => privateAddress(name, "").replace(/\.\d+\.\d+$/, ".0.0/20"),
      vpcUrn: ({ id }) => `do:vpc:${id}`,
      default: () => false,
      createdAt: () => "2026-01-01 00:00:00 +0000 UTC",
    },
    check: (inputs) => [
      ...checkPlace(inputs),
      ...matches(inputs, "name", /^[A-Za-z0-9.-]{1,255}$/, 'a VPC\'s name is letters, digits, "-" and "."'),
      ...matches(inputs, "description", /^[^]{0,255}$/, "at most 255 characters"),
      ...checkRange(inputs),
    ],
  },
  ReservedIp: {
    id: "reserved-",
    inputs: {
      region,
      dropletId: { type: "integer" },
      ipAddress: { type: "string" },
    },
    computed: { ipAddress: ({ name }) => publicAddress(name), reservedIpUrn: ({ name }) => `do:reservedip:${name}` },
    check: (inputs) => checkPlace(inputs),
  },
  ReservedIpAssignment: {
    id: (inputs) => `${String(inputs["dropletId"])}-${String(inputs["ipAddress"])}`,
    inputs: {
      dropletId: { type: "integer", required: true, change: "replace" },
      ipAddress: { type: "string", required: true, change: "replace" },
    },
  },
};

/** Networks that DigitalOcean keeps for itself (docs.digitalocean.com/products/networking/vpc/details/limits). */
const TAKEN = ["10.244.0.0/16", "10.245.0.0/16", "10.246.0.0/24", "10.229.0.0/16"];
const PRIVATE = ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"];

/** A process sees one account: ranges that it was asked for, by region and name. */
const asked = new Map<string, string>();

function checkRange(inputs: ValueMap): CheckFailure[] {
  const range = textOf(inputs, "ipRange");
  if (range === undefined) return [];
  const fail = (reason: string): CheckFailure[] => [{ property: "ipRange", reason }];
  const { prefix } = parse(range);
  if (!(prefix >= 16 && prefix <= 28)) return fail("a VPC's range is from /16 to /28");
  if (!PRIVATE.some((whole) => overlap(whole, range))) return fail("a VPC's range is a private network (RFC 1918)");
  if (TAKEN.some((taken) => overlap(taken, range))) return fail("the range is one that DigitalOcean keeps for itself");
  const own = `${textOf(inputs, "region") ?? ""} ${textOf(inputs, "name") ?? ""}`;
  for (const [other, taken] of asked)
    if (other !== own && overlap(taken, range)) return fail("the range overlaps another VPC's of the account");
  asked.set(own, range);
  return [];
}

function overlap(one: string, other: string): boolean {
  const [a, b] = [parse(one), parse(other)];
  return a.base < b.base + b.size && b.base < a.base + a.size;
}

function parse(cidr: string): { base: number; size: number; prefix: number } {
  const [address = "", prefix = ""] = cidr.split("/");
  const base = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { base, size: 2 ** (32 - Number(prefix)), prefix: Number(prefix) };
}
