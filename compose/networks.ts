import { readExternal } from "./content";
import type { Field } from "./fields";
import type { JsonObject, RenderInput } from "./types";

const MTU = "com.docker.network.driver.mtu";
const IGNORED_ATTACHMENT = [
  "ipv4_address",
  "ipv6_address",
  "link_local_ips",
  "mac_address",
  "priority",
  "gw_priority",
  "interface_name",
  "driver_opts",
];

/** Top-level `networks:`; every one that is not external is an overlay that fits into the mesh's packets. */
export function readNetworks(section: Field | undefined, input: RenderInput): JsonObject {
  const networks: JsonObject = {};
  for (const [key, field] of section?.entries() ?? []) {
    const fields = field.object([
      ...[
        "name",
        "driver",
        "driver_opts",
        "attachable",
        "internal",
        "external",
        "labels",
        "ipam",
        "enable_ipv4",
        "enable_ipv6",
      ],
    ]);
    const external = readExternal(fields.get("external"));
    const name = fields.get("name")?.text();
    if (external !== undefined) {
      networks[key] = { external: true, name: name ?? (external === "" ? key : external) };
      continue;
    }
    const driver = fields.get("driver")?.text();
    if (driver === "host" || driver === "none")
      fields.get("driver")?.error(`a stack's networks span nodes: driver "${driver}" cannot`);
    else if (driver !== undefined && driver !== "overlay")
      fields.get("driver")?.warn(`"${driver}" stays on one node; the stack gets an overlay instead`);
    fields.get("enable_ipv6")?.warn("Swarm's overlays are IPv4 only");
    const { encrypted, ...options } = fields.get("driver_opts")?.map() ?? {};
    if (encrypted !== undefined)
      fields.get("driver_opts")?.warn("encrypted is left out: the mesh encrypts everything between nodes already");
    const ipam = fields.get("ipam");
    networks[key] = {
      ...overlay(input, options),
      ...(name === undefined ? {} : { name }),
      ...(fields.get("attachable")?.boolean() === true ? { attachable: true } : {}),
      ...(fields.get("internal")?.boolean() === true ? { internal: true } : {}),
      ...(fields.has("labels") ? { labels: fields.get("labels")?.map() ?? {} } : {}),
      ...(ipam === undefined ? {} : { ipam: readIpam(ipam) }),
    };
  }
  return networks;
}

/** Key of the ingress's network in the stack file; the compose file may have an "edge" of its own. */
export function edgeKey(input: RenderInput): string {
  return `storm-${input.edgeNetwork}`;
}

/** An overlay whose packets fit into the mesh's. */
export function overlay(input: RenderInput, options: Record<string, string> = {}): JsonObject {
  return { driver: "overlay", driver_opts: { [MTU]: String(input.overlayMtu), ...options } };
}

function readIpam(field: Field): JsonObject {
  const fields = field.object(["driver", "config", "options"]);
  const config = (fields.get("config")?.items() ?? []).map((item): JsonObject => {
    const pool = item.object(["subnet", "gateway", "ip_range", "aux_addresses"]);
    for (const key of ["gateway", "ip_range", "aux_addresses"]) pool.get(key)?.warn("Swarm ignores it");
    const subnet = pool.get("subnet")?.text();
    return subnet === undefined ? {} : { subnet };
  });
  return config.length === 0 ? {} : { config };
}

/** A service's `networks:`, list or map, as the stack file's map; undefined if it names none. */
export function readAttachments(field: Field | undefined, known: readonly string[]): JsonObject | undefined {
  if (field === undefined || field.empty) return undefined;
  const names =
    field.node.kind === "list"
      ? field.items().map((item): [string | undefined, Field] => [item.text(), item])
      : field.entries();
  const result: JsonObject = {};
  for (const [name, item] of names) {
    if (name === undefined) continue;
    if (!known.includes(name) && name !== "default") item.error(`there is no network "${name}"`, known, name);
    const fields = field.node.kind === "map" ? item.object(["aliases", ...IGNORED_ATTACHMENT]) : undefined;
    for (const key of IGNORED_ATTACHMENT) fields?.get(key)?.warn("Swarm ignores it");
    const aliases = fields?.get("aliases")?.texts();
    result[name] = aliases === undefined ? {} : { aliases };
  }
  return result;
}
