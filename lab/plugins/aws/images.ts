/** Images and types of machines: which fit together. */
import { createHash } from "node:crypto";
import { cloudFunction } from "../shared/cloud";
import type { CheckFailure } from "../shared/fields";
import type { Value } from "../shared/values";
import { list, map, text, unless } from "./checks";
import { bool, objects, required, str, strs } from "./fields";

/** Families of instance types by their processor (aws.amazon.com/ec2/instance-types). */
const FAMILIES: Record<string, string[]> = {
  x86_64: ["t3", "t3a", "m5", "m5a", "m6i", "m6a", "m7i", "m7a", "c5", "c6i", "c6a", "c7i", "r5", "r6i", "r7i", "i4i"],
  arm64: ["t4g", "m6g", "m7g", "m8g", "c6g", "c7g", "c8g", "r6g", "r7g", "r8g"],
};
const BURSTABLE = ["nano", "micro", "small", "medium", "large", "xlarge", "2xlarge"];
const STEADY = ["large", "xlarge", "2xlarge", "4xlarge", "8xlarge", "12xlarge", "16xlarge"];
const LARGER = [...STEADY, "24xlarge"];
/** Families with sizes of their own: of Graviton the second and third generation end earlier. */
const SIZES: Record<string, string[]> = {
  c5: ["large", "xlarge", "2xlarge", "4xlarge", "9xlarge", "12xlarge", "18xlarge", "24xlarge"],
  ...Object.fromEntries(["m6g", "m7g", "c6g", "c7g", "r6g", "r7g"].map((family) => [family, STEADY])),
};

/** Architecture of each image that this run has answered with. */
const answered = new Map<string, string>();

export const getAmi = cloudFunction(
  { owners: strs, mostRecent: bool, filters: objects({ name: required(str), values: required(strs) }) },
  (inputs, config) => {
    const filters = new Map(
      list(inputs["filters"]).map((filter) => [text(map(filter)["name"]), list(map(filter)["values"]).map(text)]),
    );
    const [name = ""] = filters.get("name") ?? [];
    const [architecture = "x86_64"] = filters.get("architecture") ?? [];
    const [owner] = list(inputs["owners"]);
    if (text(owner) !== "099720109477" || inputs["mostRecent"] !== true)
      throw new Error("your query returned no results, or more than one: ask Canonical's account for the most recent");
    const hash = createHash("sha256")
      .update(`${text(config["region"])} ${name} ${architecture}`)
      .digest("hex");
    const id = `ami-${hash.slice(0, 17)}`;
    answered.set(id, architecture);
    return { id, imageId: id, architecture, name: name.replace("*", "20260101"), ownerId: "099720109477" };
  },
);

function architectureOf(machineType: string): string | undefined {
  const [family = "", size = ""] = machineType.split(".");
  const sizes = family.startsWith("t") ? BURSTABLE : (SIZES[family] ?? LARGER);
  if (!sizes.includes(size)) return undefined;
  return Object.keys(FAMILIES).find((architecture) => FAMILIES[architecture]?.includes(family));
}

export function checkMachineType(type: Value | undefined): CheckFailure[] {
  const machineType = text(type);
  const fine = machineType === undefined || architectureOf(machineType) !== undefined;
  return unless(fine, "instanceType", `there is no instance type ${machineType}`);
}

/** Why a machine of this type cannot start this image, where both are known. */
export function wrongProcessor(type: Value | undefined, image: Value | undefined): string | undefined {
  const machineType = text(type) ?? "";
  const [has, needed] = [architectureOf(machineType), answered.get(text(image) ?? "")];
  return has === undefined || needed === undefined || has === needed
    ? undefined
    : `${machineType} is ${has}, its image ${needed}`;
}
