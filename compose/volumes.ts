import { readExternal } from "./content";
import type { Field } from "./fields";
import type { JsonObject } from "./types";

const SHORT_MODES: ReadonlySet<string> = new Set(["rw", "ro", "nocopy", "z", "Z", "cached", "delegated", "consistent"]);

/** What a service mounts. */
export interface Mounts {
  mounts: JsonObject[];
  /** It keeps data on the node it runs on: moving it, or running it twice, is not the same. */
  stateful: boolean;
  /** Keys of the named volumes on the node's own disk, which tie it to one node. */
  local: string[];
}

/** Top-level `volumes:`. */
export interface Volumes {
  declared: JsonObject;
  keys: string[];
  /** Those that every node reaches: another driver, or NFS and the like through the local one. */
  shared: ReadonlySet<string>;
}

/** Reads the top-level `volumes:`. */
export function readVolumes(section: Field | undefined): Volumes {
  const declared: JsonObject = {};
  const shared = new Set<string>();
  for (const [key, field] of section?.entries() ?? []) {
    const fields = field.object(["name", "driver", "driver_opts", "external", "labels"]);
    const external = readExternal(fields.get("external"));
    const name = fields.get("name")?.text() ?? (external || undefined);
    const driver = fields.get("driver")?.text();
    const options = fields.get("driver_opts")?.map();
    if ((driver !== undefined && driver !== "local") || (options?.["type"] !== undefined && options["type"] !== "none"))
      shared.add(key);
    declared[key] = {
      ...(name === undefined ? {} : { name }),
      ...(external === undefined ? {} : { external: true }),
      ...(driver === undefined || external !== undefined ? {} : { driver }),
      ...(options === undefined || external !== undefined ? {} : { driver_opts: options }),
      ...(fields.has("labels") && external === undefined ? { labels: fields.get("labels")?.map() ?? {} } : {}),
    };
  }
  return { declared, keys: Object.keys(declared), shared };
}

/** A service's `volumes:` and `tmpfs:`. */
export function readMounts(volumes: Field | undefined, tmpfs: Field | undefined, top: Volumes): Mounts {
  const result: Mounts = { mounts: [], stateful: false, local: [] };
  for (const item of volumes?.items() ?? []) {
    const mount = item.node.kind === "map" ? longMount(item) : shortMount(item);
    if (mount === undefined || !checkMount(mount, item, top)) continue;
    result.mounts.push(mount);
    const source = mount["source"];
    if (mount["type"] === "tmpfs") continue;
    result.stateful ||= mount["read_only"] !== true;
    if (mount["type"] === "volume" && typeof source === "string" && !top.shared.has(source)) result.local.push(source);
  }
  for (const text of tmpfs?.oneOrMore() ?? []) result.mounts.push(tmpfsMount(text, tmpfs));
  return result;
}

function shortMount(item: Field): JsonObject | undefined {
  const text = item.text();
  if (text === undefined) return undefined;
  const parts = text.split(":");
  if (parts.length > 3 || parts.some((part) => part === ""))
    return item.error(`must be SOURCE:TARGET or SOURCE:TARGET:ro, got "${text}"`);
  const [source, target] = parts.length === 1 ? [undefined, parts[0]] : parts;
  const modes = parts[2]?.split(",") ?? [];
  const unknown = modes.find((mode) => !SHORT_MODES.has(mode) && !/^r?(shared|slave|private)$/.test(mode));
  if (unknown !== undefined) item.error(`unknown mount option "${unknown}"`, [...SHORT_MODES], unknown);
  const mount: JsonObject = {
    type: source === undefined || !/^[./~\\]/.test(source) ? "volume" : "bind",
    target: target ?? "",
  };
  if (source !== undefined) mount["source"] = source;
  if (modes.includes("ro")) mount["read_only"] = true;
  if (modes.includes("nocopy")) mount["volume"] = { nocopy: true };
  const propagation = modes.find((mode) => /^r?(shared|slave|private)$/.test(mode));
  if (propagation !== undefined) mount["bind"] = { propagation };
  return mount;
}

function longMount(item: Field): JsonObject | undefined {
  const fields = item.object([
    "type",
    "source",
    "target",
    "read_only",
    "consistency",
    "bind",
    "volume",
    "tmpfs",
    "image",
  ]);
  const type = fields.get("type")?.oneOf(["volume", "bind", "tmpfs"] as const);
  const target = fields.get("target")?.text();
  if (!fields.has("type")) item.error("needs type: volume, bind or tmpfs");
  if (!fields.has("target")) item.error("needs target, the path inside the container");
  if (type === undefined || target === undefined) return undefined;
  const mount: JsonObject = { type, target };
  const source = fields.get("source")?.text();
  if (source !== undefined) mount["source"] = source;
  if (fields.get("read_only")?.boolean() === true) mount["read_only"] = true;
  const bind = fields.get("bind")?.object(["propagation", "create_host_path", "selinux", "recursive"]);
  const propagation = bind?.get("propagation")?.text();
  if (propagation !== undefined) mount["bind"] = { propagation };
  if (bind?.get("create_host_path")?.boolean() === true)
    bind.get("create_host_path")?.warn("Swarm does not make folders on the nodes; it must be there");
  const volume = fields.get("volume")?.object(["nocopy", "subpath", "labels"]);
  volume?.get("subpath")?.error("Swarm of this Docker version mounts whole volumes only");
  if (volume?.get("nocopy")?.boolean() === true) mount["volume"] = { nocopy: true };
  const tmpfs = fields.get("tmpfs")?.object(["size", "mode"]);
  tmpfs?.get("mode")?.warn("a stack file cannot set it; Swarm uses 1777");
  const size = tmpfs?.get("size")?.bytes();
  if (size !== undefined) mount["tmpfs"] = { size };
  return mount;
}

function checkMount(mount: JsonObject, item: Field, top: Volumes): boolean {
  const { type, source } = mount;
  if (type === "volume" && typeof source === "string" && !top.keys.includes(source)) {
    item.error(
      `there is no volume "${source}": declare it at the top level, as "volumes: {${source}: {}}"`,
      top.keys,
      source,
    );
    return false;
  }
  if (type === "volume" && source === undefined) {
    item.warn("a volume without a name is a new, empty one with each new task; name it to keep what is in it");
  }
  if (type !== "bind") return true;
  if (typeof source !== "string") return item.error("needs source, a path on the node") ?? false;
  if (!source.startsWith("/")) {
    item.error(
      `"${source}" is on your machine, the nodes do not have it: put the files into the image, or use configs: for single files`,
    );
    return false;
  }
  item.warn(`${source} must be there on every node that may run it; tasks fail where it is not`);
  return true;
}

/** `tmpfs: /run:size=64m`: a stack file's own `tmpfs:` key is ignored by Swarm, a mount of that type is not. */
function tmpfsMount(text: string, field: Field | undefined): JsonObject {
  const [target = "", options = ""] = text.split(":");
  const mount: JsonObject = { type: "tmpfs", target };
  for (const option of options.split(",").filter((word) => word !== "")) {
    const [, digits, unit = ""] = /^size=(\d+)([kmg]?)$/i.exec(option) ?? [];
    if (digits === undefined) field?.warn(`Swarm ignores tmpfs option "${option}"`);
    else mount["tmpfs"] = { size: Number(digits) * 1024 ** " kmg".indexOf(unit === "" ? " " : unit.toLowerCase()) };
  }
  return mount;
}
