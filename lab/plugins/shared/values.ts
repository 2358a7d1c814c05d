/**
 * Property values as they travel between engine and plugin, with secrets, unknowns and assets kept apart from plain data.
 * The wire marks them by objects with a signature key; the signatures are part of Pulumi's wire format.
 */
export type Value = null | boolean | number | string | Secret | Unknown | Asset | Value[] | ValueMap;
export interface ValueMap {
  [key: string]: Value;
}
/** Plain JSON as `google.protobuf.Struct` carries it. */
export type Json = null | boolean | number | string | Json[] | JsonMap;
export interface JsonMap {
  [key: string]: Json;
}

const SIGNATURE = "4dabf18193072939515e22adb298388d";
const SECRET = "1b47061264138c4ac30d75fd1eb44270";
const ASSET = "c44067f5952c0a294b673a41bacd8c17";
const ARCHIVE = "0def7320c3a5731c473e5ecbe6d01bc7";
const UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9";
/** One sentinel for each type of value that is not known yet in a preview. */
const UNKNOWNS = new Set([
  UNKNOWN_STRING,
  "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",
  "3eeb2bf0-c639-47a8-9e75-3b44932eb421",
  "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",
  "030794c1-ac77-496b-92df-f27374a8bd58",
  "e48ece36-62e2-4504-bad9-02848725956a",
  "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",
]);

/** A value that the engine encrypts in state and hides in output. */
export class Secret {
  constructor(readonly value: Value) {}
}

/** A value that exists only after another resource was made. */
export class Unknown {
  readonly isUnknown = true;
}
export const unknown = new Unknown();

/** An asset or an archive: exactly one of text, path, uri or assets tells where the content is. */
export class Asset {
  constructor(
    readonly kind: "asset" | "archive",
    readonly source: {
      readonly hash?: string;
      readonly text?: string;
      readonly path?: string;
      readonly uri?: string;
      readonly assets?: { readonly [name: string]: Value };
    },
  ) {}
}

/** Reads one wire value. */
export function decode(json: Json): Value {
  if (typeof json === "string") {
    return UNKNOWNS.has(json) ? unknown : json;
  }
  if (json === null || typeof json !== "object") {
    return json;
  }
  if (Array.isArray(json)) {
    return json.map(decode);
  }
  switch (json[SIGNATURE]) {
    case undefined:
      return decodeMap(json);
    case SECRET:
      return new Secret(decode(json["value"] ?? null));
    case ASSET:
      return new Asset("asset", decodeAsset(json));
    case ARCHIVE:
      return new Asset("archive", decodeAsset(json));
    default:
      throw new Error("unsupported property value on the wire (resource references and outputs are not accepted)");
  }
}

/** Reads a whole property map; a missing one is empty. */
export function decodeMap(json: JsonMap | undefined): ValueMap {
  return Object.fromEntries(Object.entries(json ?? {}).map(([key, value]) => [key, decode(value)]));
}

function decodeAsset(json: JsonMap): Asset["source"] {
  const text = (key: string): string | undefined => (typeof json[key] === "string" ? json[key] : undefined);
  const assets = json["assets"];
  return {
    hash: text("hash"),
    text: text("text"),
    path: text("path") || undefined,
    uri: text("uri") || undefined,
    assets: assets && typeof assets === "object" && !Array.isArray(assets) ? decodeMap(assets) : undefined,
  };
}

/** Writes one value as the wire wants it. */
export function encode(value: Value): Json {
  if (value instanceof Secret) {
    return { [SIGNATURE]: SECRET, value: encode(value.value) };
  }
  if (value instanceof Unknown) {
    return UNKNOWN_STRING;
  }
  if (value instanceof Asset) {
    const { assets, ...rest } = value.source;
    const present = Object.entries(rest).filter((entry): entry is [string, string] => entry[1] !== undefined);
    const members: JsonMap = assets ? { assets: encodeMap(assets) } : {};
    return { [SIGNATURE]: value.kind === "asset" ? ASSET : ARCHIVE, ...Object.fromEntries(present), ...members };
  }
  if (value === null || typeof value !== "object") {
    return value;
  }
  return Array.isArray(value) ? value.map(encode) : encodeMap(value);
}

/** Writes a property map; keys without a value are left out. */
export function encodeMap(map: { readonly [key: string]: Value | undefined }): JsonMap {
  const present = Object.entries(map).filter((entry): entry is [string, Value] => entry[1] !== undefined);
  return Object.fromEntries(present.map(([key, value]) => [key, encode(value)]));
}

/** The value without its secret marks, at any depth. Never log what this returns. */
export function reveal(value: Value): Value {
  if (value instanceof Secret) {
    return reveal(value.value);
  }
  if (value === null || typeof value !== "object" || value instanceof Unknown || value instanceof Asset) {
    return value;
  }
  return Array.isArray(value) ? value.map(reveal) : revealMap(value);
}

/** `reveal` for a property map. */
export function revealMap(map: ValueMap): ValueMap {
  return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, reveal(value)]));
}

/** Whether any part of the value is not known yet. */
export function hasUnknown(value: Value): boolean {
  if (value instanceof Unknown) {
    return true;
  }
  if (value instanceof Secret) {
    return hasUnknown(value.value);
  }
  if (value === null || typeof value !== "object" || value instanceof Asset) {
    return false;
  }
  return Object.values(value).some(hasUnknown);
}

/** Marks a value secret, once. */
export function secret(value: Value): Secret {
  return value instanceof Secret ? value : new Secret(value);
}

/** Deep equality as the engine sees it: secrecy counts, assets are equal when their content is. */
export function equal(left: Value | undefined, right: Value | undefined): boolean {
  return left === undefined || right === undefined ? left === right : fingerprint(left) === fingerprint(right);
}

function fingerprint(value: Value): string {
  return JSON.stringify(sortKeys(encode(withoutAssetOrigin(value))));
}

function withoutAssetOrigin(value: Value): Value {
  if (value instanceof Asset) {
    return value.source.hash ? new Asset(value.kind, { hash: value.source.hash }) : value;
  }
  if (value instanceof Secret) {
    return new Secret(withoutAssetOrigin(value.value));
  }
  if (value === null || typeof value !== "object" || value instanceof Unknown) {
    return value;
  }
  return Array.isArray(value)
    ? value.map(withoutAssetOrigin)
    : Object.fromEntries(Object.entries(value).map(([key, member]) => [key, withoutAssetOrigin(member)]));
}

function sortKeys(json: Json): Json {
  if (json === null || typeof json !== "object") {
    return json;
  }
  if (Array.isArray(json)) {
    return json.map(sortKeys);
  }
  const keys = Object.keys(json).sort();
  return Object.fromEntries(keys.map((key) => [key, sortKeys(json[key] ?? null)]));
}
