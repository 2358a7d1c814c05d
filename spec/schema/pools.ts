import * as z from "zod";
import type { CloudProvider, MachineProvider } from "../sizes/catalog";
import { catalog, cloudProviders } from "../sizes/catalog";
import { PORTABLE_SIZES } from "../sizes/types";
import { bytes, hostName, label, percentage, shaped } from "./words";

/** Node pools: the value of each provider's key, and of `Hosts`. */

/** A mesh block of a pool holds this many nodes and some more; see plan/network.ts. */
export const MAX_NODES_OF_POOL = 1000;
/** Far above any cluster that is run. */
const MAX_POOLS = 200;

export const role = z
  .enum(["manager", "worker", "data"])
  .describe(
    "manager: Swarm manager and Consul server (1, 3, 5 or 7 in the whole cluster); worker: runs tasks; data: keeps data " +
      "(in clouds on a disk of its own) and runs only tasks that ask for it. Default: managers are chosen, the rest are workers.",
  );

export const labels = z
  .record(
    shaped(/^[A-Za-z0-9]([A-Za-z0-9_.-]{0,62})$/, 'must be a label of letters, digits, "_", "." and "-"'),
    z.union(
      [
        z
          .string()
          .max(128)
          .regex(/^[^\p{Cc}]*$/u, "must be one line of text"),
        z.number(),
        z.boolean(),
      ],
      {
        error: "must be text, a number or true or false",
      },
    ),
  )
  .describe(
    "Swarm node labels for placement, e.g. {disk: ssd}. `pool`, `role` and `size` are set unless given. Default: none.",
  );

const count = z
  .union(
    [
      z.int().min(1).max(MAX_NODES_OF_POOL),
      shaped(/^[0-9]{1,4}\.\.[0-9]{1,4}$/, "must be a whole number such as 3, or a range such as 2..10"),
    ],
    { error: "must be a whole number such as 3, or a range such as 2..10" },
  )
  .describe("Number of nodes: 3 for nodes known one by one, 2..10 for an elastic pool.");

const sizeWord = z.string().min(1).max(64);

const short = z.tuple([
  z.int({ error: "must be a whole number; for a range such as 2..10 use pools" }).min(1).max(MAX_NODES_OF_POOL),
  sizeWord,
]);
const shapeMessage = "must be [count, size], such as [3, small], or a mapping with pools";

/** What pools of every provider have. */
function poolFields(provider: MachineProvider) {
  const { sizes, title, disks } = catalog[provider];
  const types = sizes.types.size > PORTABLE_SIZES.length ? `, or a type of ${title} such as ${sizes.example}` : "";
  return {
    name: label(30).describe("Name of the pool, unique in the cluster; nodes are called <name>-1, <name>-2, ..."),
    count,
    size: sizeWord.default("small").describe(`${PORTABLE_SIZES.join(", ")}${types}. Default: small.`),
    role: role.optional(),
    volume: bytes
      .optional()
      .describe(
        disks
          ? "A disk of its own for each node, which outlives the machine, e.g. 100GB. Default: 20GB for data pools, none otherwise."
          : `Not for ${title}, whose nodes have no disk of their own: what is in their volumes goes with the node. Default: none.`,
      ),
    labels: labels.default({}),
  };
}

const scaleOn = z
  .strictObject({ cpu: percentage.describe('Average CPU use to keep to, e.g. "70%".') })
  .describe('What makes an elastic pool grow and shrink. Default: {cpu: "70%"}.');

const zones = z.array(z.string().min(1).max(32)).min(1).max(6);

/** The value of a cloud's key: `[count, size]`, or a region and pools. */
export function cloudNodes(provider: CloudProvider) {
  const { title, sizes, regions, defaultRegion } = catalog[provider];
  const region = z.enum([...regions.keys()]);
  const pool = z.strictObject({
    ...poolFields(provider),
    region: region.optional().describe("Region of this pool, if not the provider's."),
    zones: zones
      .optional()
      .describe(
        "Zones to spread the nodes over, as your account calls them. Default: all of the region; on AWS a, b and c (see docs/clouds.md).",
      ),
    spot: z.boolean().default(false).describe("Cheaper machines that the provider may take away. Default: false."),
    scaleOn: scaleOn.optional(),
  });
  const long = z.strictObject({
    region: region.default(defaultRegion).describe(`Where the nodes are. Default: ${defaultRegion}.`),
    pools: z.array(pool).min(1).max(MAX_POOLS).describe("The node pools."),
  });
  return z
    .union([short, long], { error: shapeMessage })
    .describe(`Nodes of ${title}: [count, size] such as [3, ${sizes.example}], or pools.`);
}

/** The value of `Local`: nodes as containers on this machine. */
export function localNodes() {
  const pools = z
    .array(z.strictObject(poolFields("local")))
    .min(1)
    .max(MAX_POOLS)
    .describe("The node pools.");
  return z
    .union([short, z.strictObject({ pools })], { error: shapeMessage })
    .describe(
      "Nodes as containers on this machine: [count, size] such as [3, small], or pools. Default, if no nodes are asked for: [3, small].",
    );
}

const hostKey = shaped(
  /^([^\s#@]+ )?(ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]{68,240}={0,2}( [^\p{Cc}]*)?$/u,
  'must be the line that "ssh-keyscan -t ed25519 ADDRESS" prints (ed25519 or ecdsa), compared with the machine\'s own /etc/ssh/ssh_host_ed25519_key.pub',
).refine(isHostKey, "must be a whole SSH public key: its data does not fit its type");

export const host = z.strictObject({
  address: z
    .union(
      [shaped(/^((25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(25[0-5]|2[0-4]\d|1?\d?\d)$/, "must be an IPv4 address"), hostName()],
      { error: "must be an IPv4 address or a host name in lower case" },
    )
    .describe("Address or host name by which SSH reaches the machine."),
  user: shaped(/^[a-z_][a-z0-9_-]{0,31}$/, "must be a user name")
    .default("root")
    .describe("SSH user; root, or one who may use sudo without a password. Default: root."),
  port: z.int().min(1).max(65535).default(22).describe("SSH port. Default: 22."),
  hostKey: hostKey.describe(
    "The machine's own SSH key, as `ssh-keyscan -t ed25519 ADDRESS` prints it: no other machine is believed. ed25519 or ecdsa.",
  ),
  name: label(40)
    .optional()
    .describe("Name of the node, and the machine's host name while it is in the cluster. Default: host-<address>."),
  role: role.optional(),
  labels: labels.default({}),
  region: z
    .enum([...new Set(cloudProviders.flatMap((provider) => [...catalog[provider].regions.keys()]))])
    .optional()
    .describe(
      "The cloud region nearest to the machine, to estimate distances. Default: unknown, which is far from everything.",
    ),
});

/** The type is in the data once more: a line that was cut short does not pass. */
function isHostKey(line: string): boolean {
  const [, type = "", data = ""] = /(ssh-ed25519|ecdsa-sha2-\S+) (\S+)/.exec(line) ?? [];
  const bytes = Buffer.from(data, "base64");
  const parts: string[] = [];
  let at = 0;
  while (at + 4 <= bytes.length) {
    const length = bytes.readUInt32BE(at);
    parts.push(bytes.toString("latin1", at + 4, at + 4 + length));
    at += 4 + length;
  }
  return at === bytes.length && parts[0] === type && parts.length === (type === "ssh-ed25519" ? 2 : 3);
}
