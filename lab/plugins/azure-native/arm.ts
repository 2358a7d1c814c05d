/** Resources of Azure's Resource Manager: how they are named, what their ids look like, and which changes make them anew. */
import { createHash } from "node:crypto";
import { cloudResource, type CloudType, type Made } from "../shared/cloud";
import { type CheckFailure, type Field, type Fields, isMap } from "../shared/fields";
import { type CheckCall, type Diff, diffFields, type ResourceType } from "../shared/resource";
import { hasUnknown, reveal, unknown, type Value, type ValueMap } from "../shared/values";

/** Subscription of every preview. */
const SUBSCRIPTION = "00000000-0000-4000-8000-000000000000";

/** Longest name, and what it may look like. */
export interface NameRule {
  readonly length: number;
  readonly pattern: RegExp;
}

/** Most of Microsoft.Network and Microsoft.Compute. */
export const COMMON_NAME: NameRule = { length: 80, pattern: /^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/ };

export interface ArmType {
  /** e.g. "Microsoft.Network/virtualNetworks"; undefined for a resource group. */
  readonly kind: string | undefined;
  /** The input that names it. */
  readonly nameInput: string;
  readonly nameRule: NameRule;
  /** Inputs besides the name, the group and the tags. */
  readonly inputs: Fields;
  readonly tags?: boolean;
  /** "global" for what is in no region; undefined where the type has no location. */
  readonly location?: "region" | "global";
  readonly computed?: CloudType["computed"];
  /** Outputs that Azure fills in inside of inputs of the same name. */
  readonly filled?: { readonly [name: string]: (made: Made) => Value };
  check?(inputs: ValueMap, call: CheckCall): CheckFailure[];
  readonly refuse?: CloudType["refuse"];
}

const REPLACED: Field = { type: "string", required: true, change: "replace" };

/** A type as the real provider treats it: name, group and location make it anew, the rest is written in place. */
export function armResource(type: ArmType): ResourceType {
  const { kind, nameInput, nameRule, location, filled = {} } = type;
  const inputs: Fields = {
    ...(kind === undefined ? {} : { resourceGroupName: REPLACED }),
    [nameInput]: REPLACED,
    ...(location === undefined ? {} : { location: REPLACED }),
    ...(type.tags === false ? {} : { tags: { type: "stringMap" } }),
    ...type.inputs,
  };
  const base = cloudResource({
    id: (given) => armId(kind, given, nameInput),
    inputs,
    computed: {
      name: (made) => made.inputs[nameInput] ?? null,
      type: () => kind ?? "Microsoft.Resources/resourceGroups",
      azureApiVersion: () => "preview",
      ...type.computed,
    },
    check: (given, call) => [
      ...checkName(given, nameInput, nameRule),
      ...(location === undefined ? [] : checkLocation(given, location)),
      ...checkTags(given),
      ...(type.check?.(given, call) ?? []),
    ],
    refuse: type.refuse,
  });
  const { preview } = base;
  return {
    ...base,
    diff: (before, _state, after) => deepDiff(inputs, before, after),
    preview: (given, state) => {
      const planned = preview(given, state);
      return { ...planned, ...Object.fromEntries(Object.keys(filled).map((name) => [name, state?.[name] ?? unknown])) };
    },
    create: async (call, given) => {
      const { id, state } = await base.create(call, given);
      const made = { id, name: call.name, inputs: given, config: call.config };
      return { id, state: { ...state, ...fill(filled, made) } };
    },
    update: async (call, state, given) => {
      const made = { id: text(state["id"]) ?? "", name: call.name, inputs: given, config: call.config };
      return { ...((await base.update?.(call, state, given)) ?? given), ...fill(filled, made) };
    },
  };
}

function fill(filled: NonNullable<ArmType["filled"]>, made: Made): ValueMap {
  return Object.fromEntries(Object.entries(filled).map(([name, make]) => [name, make(made)]));
}

/** Members of objects apart, as the real provider tells them: options of the program name such paths. */
function deepDiff(fields: Fields, before: ValueMap, after: ValueMap): Diff {
  const top = Object.entries(diffFields(fields, before, after)).flatMap(([name, change]): [string, Diff[string]][] => {
    const [was, is] = [before[name], after[name]];
    if (change.replace || !isMap(was) || !isMap(is)) return [[name, change]];
    const members = [...new Set([...Object.keys(was), ...Object.keys(is)])];
    const anyType: Fields = Object.fromEntries(members.map((member) => [member, { type: "object" }]));
    return Object.entries(diffFields(anyType, was, is)).map(([member, inner]) => [`${name}.${member}`, inner]);
  });
  return Object.fromEntries(top);
}

function armId(kind: string | undefined, inputs: ValueMap, nameInput: string): string {
  const name = text(inputs[nameInput]) ?? "";
  if (kind === undefined) return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${name}`;
  const group = text(inputs["resourceGroupName"]) ?? "";
  return `/subscriptions/${SUBSCRIPTION}/resourceGroups/${group}/providers/${kind}/${name}`;
}

/** A GUID, the same for the same text. */
export function guid(seed: string): string {
  const hash = createHash("sha256").update(seed).digest("hex");
  return [
    hash.slice(0, 8),
    hash.slice(8, 12),
    `4${hash.slice(13, 16)}`,
    `8${hash.slice(17, 20)}`,
    hash.slice(20, 32),
  ].join("-");
}

/** The text, when it is one and known. */
export function text(value: Value | undefined): string | undefined {
  const plain = value === undefined ? undefined : reveal(value);
  return typeof plain === "string" ? plain : undefined;
}

/** The members, when the value is an object and known. */
export function members(value: Value | undefined): ValueMap {
  const plain = value === undefined ? undefined : reveal(value);
  return isMap(plain) ? plain : {};
}

/** The items, when the value is a list and known. */
export function items(value: Value | undefined): Value[] {
  const plain = value === undefined ? undefined : reveal(value);
  return Array.isArray(plain) ? plain : [];
}

export function isKnown(value: Value | undefined): boolean {
  return value !== undefined && !hasUnknown(value);
}

function checkName(inputs: ValueMap, input: string, { length, pattern }: NameRule): CheckFailure[] {
  const name = text(inputs[input]);
  if (name === undefined) return [];
  if (name.length > length)
    return [{ property: input, reason: `must have at most ${length} characters, got ${name.length}` }];
  return pattern.test(name) ? [] : [{ property: input, reason: `has characters that Azure refuses: ${name}` }];
}

/** Regions of Azure's public cloud, and those of them without availability zones (learn.microsoft.com/azure/reliability). */
const ZONELESS = [
  ...["australiasoutheast", "canadaeast", "northcentralus", "southindia", "ukwest", "westcentralus", "westus"],
];
const ZONED = [
  ...["australiaeast", "brazilsouth", "canadacentral", "centralindia", "centralus", "eastasia", "eastus", "eastus2"],
  ...["francecentral", "germanywestcentral", "israelcentral", "italynorth", "japaneast", "japanwest", "koreacentral"],
  ...["mexicocentral", "newzealandnorth", "northeurope", "norwayeast", "polandcentral", "qatarcentral"],
  ...["southafricanorth", "southcentralus", "southeastasia", "spaincentral", "swedencentral", "switzerlandnorth"],
  ...["uaenorth", "uksouth", "westeurope", "westus2", "westus3"],
];

function checkLocation(inputs: ValueMap, kind: "region" | "global"): CheckFailure[] {
  const location = text(inputs["location"]);
  if (location === undefined) return [];
  const known = kind === "global" ? location === "global" : [...ZONED, ...ZONELESS].includes(location);
  if (!known) return [{ property: "location", reason: `is no location of this type, got ${location}` }];
  const wrong = items(inputs["zones"])
    .map((zone) => text(zone))
    .find((zone) => zone !== undefined && (!ZONED.includes(location) || !["1", "2", "3"].includes(zone)));
  return wrong === undefined ? [] : [{ property: "zones", reason: `${location} has no zone ${wrong}` }];
}

/** 50 tags; 512 characters a name, 256 a value (learn.microsoft.com, tag-resources). */
function checkTags(inputs: ValueMap): CheckFailure[] {
  const tags = Object.entries(members(inputs["tags"]));
  const long = tags.find(([name, value]) => name.length > 512 || (text(value) ?? "").length > 256);
  if (tags.length > 50) return [{ property: "tags", reason: `at most 50, got ${tags.length}` }];
  return long === undefined ? [] : [{ property: "tags", reason: `too long: ${long[0].slice(0, 40)}` }];
}
