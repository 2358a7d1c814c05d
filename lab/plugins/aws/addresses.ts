/** Address ranges of the networks that one run of the plugin has seen: what overlaps, and what lies where. */
import { createHash } from "node:crypto";
import type { CheckFailure } from "../shared/fields";
import type { CheckCall } from "../shared/resource";
import { idOf } from "../shared/cloud";
import type { ValueMap } from "../shared/values";
import { text, unless } from "./checks";

interface Range {
  base: number;
  size: number;
  prefix: number;
  cidr: string;
}

const vpcs = new Map<string, Range>();
/** By id, which follows from the URN. */
const subnets = new Map<string, Range & { vpc: string }>();

/** A VPC has a network from /16 to /28 (docs.aws.amazon.com/vpc/latest/userguide/vpc-cidr-blocks). */
export function checkVpc(inputs: ValueMap, { urn }: CheckCall): CheckFailure[] {
  const range = rangeOf(inputs);
  if (!range) return [];
  vpcs.set(`vpc-${idOf(urn)}`, range);
  return sized(range);
}

/** A subnet lies within its VPC and beside its other subnets. */
export function checkSubnet(inputs: ValueMap, { urn }: CheckCall): CheckFailure[] {
  const range = rangeOf(inputs);
  if (!range) return [];
  const id = `subnet-${idOf(urn)}`;
  // Not known before the first update; then the run has made one VPC only.
  const vpc = text(inputs["vpcId"]) ?? (vpcs.size === 1 ? [...vpcs.keys()][0] : undefined) ?? "";
  const around = vpcs.get(vpc);
  const beside = [...subnets].find(([other, each]) => other !== id && each.vpc === vpc && overlap(each, range));
  subnets.set(id, { ...range, vpc });
  const inside = !around || (range.base >= around.base && range.base + range.size <= around.base + around.size);
  return [
    ...sized(range),
    ...unless(inside, "cidrBlock", `${range.cidr} is outside of its VPC's ${around?.cidr}`),
    ...unless(!beside, "cidrBlock", `${range.cidr} overlaps the subnet ${beside?.[1].cidr}`),
  ];
}

/** An address in a subnet, the same for the same name; the first four and the last are AWS's own. */
export function addressIn(subnetId: string, name: string): string {
  const { base, size } = subnets.get(subnetId) ?? { base: 0x0a000000, size: 256 };
  const address = base + 4 + (createHash("sha256").update(name).digest().readUInt32BE() % (size - 5));
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
}

function sized({ prefix }: Range): CheckFailure[] {
  return unless(prefix >= 16 && prefix <= 28, "cidrBlock", `must be a network from /16 to /28, got /${prefix}`);
}

function rangeOf(inputs: ValueMap): Range | undefined {
  const cidr = text(inputs["cidrBlock"]);
  const [address = "", length = ""] = cidr?.split("/") ?? [];
  if (cidr === undefined || !/^(\d{1,3}\.){3}\d{1,3}\/\d{1,2}$/.test(cidr)) return undefined;
  const prefix = Number(length);
  const base = address.split(".").reduce((sum, octet) => sum * 256 + Number(octet), 0);
  return { base, size: 2 ** (32 - prefix), prefix, cidr };
}

function overlap(a: Range, b: Range): boolean {
  return a.base < b.base + b.size && b.base < a.base + a.size;
}
