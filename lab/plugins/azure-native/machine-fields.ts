/** Parts that virtual machines and scale sets have alike, and what Azure checks in them. */
import type { CheckFailure, Fields } from "../shared/fields";
import type { Value, ValueMap } from "../shared/values";
import { items, members, text } from "./arm";

export const IMAGE: Fields = {
  publisher: { type: "string", required: true, oneOf: ["Canonical"] },
  offer: { type: "string", required: true, oneOf: ["ubuntu-24_04-lts"] },
  sku: { type: "string", required: true, oneOf: ["server", "server-arm64"] },
  version: { type: "string", required: true },
};
export const OS_DISK: Fields = {
  createOption: { type: "string", required: true, oneOf: ["FromImage"] },
  deleteOption: { type: "string", oneOf: ["Delete", "Detach"] },
  caching: { type: "string", oneOf: ["None", "ReadOnly", "ReadWrite"] },
  diskSizeGB: { type: "integer", min: 30 },
  managedDisk: {
    type: "object",
    fields: { storageAccountType: { type: "string", oneOf: ["Premium_LRS", "StandardSSD_LRS", "Standard_LRS"] } },
  },
};
const LINUX: Fields = {
  disablePasswordAuthentication: { type: "boolean" },
  ssh: {
    type: "object",
    fields: {
      publicKeys: {
        type: "objects",
        fields: { path: { type: "string", required: true }, keyData: { type: "string", required: true } },
      },
    },
  },
};
export const OS_PROFILE: Fields = {
  adminUsername: { type: "string", required: true },
  allowExtensionOperations: { type: "boolean" },
  // As the real provider, it does not hide user-data by itself: the program has to.
  customData: { type: "string" },
  linuxConfiguration: { type: "object", fields: LINUX },
};
export const SECURITY: Fields = { encryptionAtHost: { type: "boolean" } };
export const IDENTITY: Fields = {
  type: { type: "string", required: true, oneOf: ["UserAssigned"] },
  userAssignedIdentities: { type: "strings", required: true },
};
export const SPOT: Fields = {
  priority: { type: "string", oneOf: ["Regular", "Spot", "Low"] },
  evictionPolicy: { type: "string", oneOf: ["Deallocate", "Delete"] },
  billingProfile: { type: "object", fields: { maxPrice: { type: "number" } } },
};

/** Sizes of the families that the size catalog has; the letter p says arm64. */
const SIZES = [
  /^Standard_B(1s|1ms|2s|2ms|4ms|8ms|2ts_v2|2ls_v2|2s_v2|4s_v2)$/,
  /^Standard_D(2|4|8|16|32|48|64)(s_v3|s_v4|s_v5|as_v5|ds_v5|ps_v5)$/,
  /^Standard_E(2|4|8|16|32|48|64)(s_v3|s_v5|as_v5)$/,
  /^Standard_F(2|4|8|16|32|48|64)s_v2$/,
];
/** Words that Azure keeps for itself (learn.microsoft.com, Linux virtual machines FAQ). */
const RESERVED_USERS = [
  "administrator",
  "admin",
  "user",
  "user1",
  "test",
  "root",
  "guest",
  "adm",
  "sys",
  "sudo",
  "video",
];
const MAX_CUSTOM_DATA = 64 * 1024;

/** Whether there is such a size. */
export function checkSize(property: string, size: Value | undefined): CheckFailure[] {
  const name = text(size);
  if (name === undefined || SIZES.some((pattern) => pattern.test(name))) return [];
  return [{ property, reason: `${name} is no size here` }];
}

/** Why a machine of this size cannot start its image. */
export function wrongProcessor(size: Value | undefined, storage: Value | undefined): string | undefined {
  const name = text(size);
  const image = text(members(members(storage)["imageReference"])["sku"]);
  if (name === undefined || image === undefined) return undefined;
  const arm = /^Standard_[A-Z]\d+p/.test(name);
  return arm === image.endsWith("-arm64") ? undefined : `${name} cannot start the image ${image}: another processor`;
}

/** User-data that Azure takes, and one way in. */
export function checkOs(path: string, profile: Value | undefined): CheckFailure[] {
  const os = members(profile);
  const failures: CheckFailure[] = [];
  const data = text(os["customData"]);
  if (data !== undefined) {
    const bytes = Buffer.from(data, "base64");
    if (bytes.toString("base64") !== data) failures.push({ property: `${path}.customData`, reason: "must be base64" });
    if (bytes.length > MAX_CUSTOM_DATA)
      failures.push({ property: `${path}.customData`, reason: `must be at most 65536 bytes, got ${bytes.length}` });
  }
  const user = text(os["adminUsername"]);
  if (user !== undefined && (RESERVED_USERS.includes(user) || !/^[a-z_][a-z0-9_-]{0,63}$/.test(user)))
    failures.push({ property: `${path}.adminUsername`, reason: `Azure does not allow ${user}` });
  const linux = members(os["linuxConfiguration"]);
  const keys = items(members(linux["ssh"])["publicKeys"]).map((key) => text(members(key)["keyData"]));
  if (linux["disablePasswordAuthentication"] !== true || keys.length === 0)
    failures.push({ property: `${path}.linuxConfiguration`, reason: "needs a password or an SSH key" });
  if (keys.some((key) => key !== undefined && !/^ssh-(ed25519|rsa) \S+( \S+)?$/.test(key)))
    failures.push({ property: `${path}.linuxConfiguration`, reason: "an SSH key must be ed25519 or RSA, on one line" });
  return failures;
}

/** An eviction policy and a highest price are for spot machines. */
export function checkSpot(path: string, inputs: ValueMap): CheckFailure[] {
  const spot = text(inputs["priority"]) === "Spot";
  const wrong = ["evictionPolicy", "billingProfile"].filter((name) => inputs[name] !== undefined && !spot);
  return wrong.map((name) => ({ property: `${path}${name}`, reason: "is for priority Spot" }));
}
