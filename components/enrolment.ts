import { bootFiles, hostFiles, type NodeFile, pack } from "../boot/boot-files";
import { unitsOf } from "../boot/cloud-init";
import { elasticNodeConfig, type NodeConfig } from "../boot/node-config";
import { relayFile } from "../boot/relay";
import { secretFiles } from "../boot/secret-files";
import type { Plan } from "../plan/types";
import { aclDocument, type SharedSecrets } from "./acl";
import { measurement } from "./round-trips";
import type { Token } from "./secrets";

let packed: string | undefined;
let packedForHosts: string | undefined;

/** Scripts and units of every node. Read once: they are the same for all, and need nothing of a plan. */
export function packedFiles(): string {
  return (packed ??= pack(bootFiles()));
}

/** Those of a machine that was there before: it also gets what takes it back to where it was. */
function packedHostFiles(): string {
  return (packedForHosts ??= pack([...bootFiles(), ...hostFiles()]));
}

/** What `storm_apply.py enroll` reads on a node of the plan. */
export function enrolment(plan: Plan, node: NodeConfig, shared: SharedSecrets): object {
  const manager = node.consul.server;
  const isHost = plan.nodes.some(({ name, hostKey }) => name === node.name && hostKey !== undefined);
  return {
    packed: isHost ? packedHostFiles() : packedFiles(),
    files: [
      ...secretFiles({ ...shared, managementToken: shared.management.secret, manager }),
      ...(relays(plan, node) ? [relayFile(node)] : []),
    ],
    start: [
      ...unitsOf(node),
      ...(manager ? ["storm-credentials.service"] : []),
      ...(manager && node.mesh.encrypted ? ["storm-vpn.service"] : []),
      ...(relays(plan, node) ? ["storm-relay.service"] : []),
    ],
    // The pools' own tokens come by the `consul` command: a pool more or less changes nothing here.
    ...(manager ? { acl: aclDocument({ ...shared, pools: {} }) } : {}),
    ...(manager && measurement(plan) ? { hold: true } : {}),
  };
}

/** Whether elastic nodes of its site enrol by this node although it has no Consul server: where no node has one. */
function relays(plan: Plan, node: NodeConfig): boolean {
  const served = plan.nodes.some(({ name, site }) => site === node.site && plan.managers.includes(name));
  return !served && plan.pools.some((pool) => pool.elastic && pool.site === node.site);
}

/** The elastic pools' part of what `storm_cluster.py consul` reads; nothing where there are none. */
export function elasticDocument(plan: Plan, shared: SharedSecrets): object {
  const pools = plan.pools.filter((pool) => pool.elastic);
  if (pools.length === 0) return {};
  const entries = pools.map((pool) => {
    const worker = {
      packed: packedFiles(),
      files: [
        ...secretFiles({ ...shared, managementToken: "", manager: false }),
        poolTokenFile(shared.pools[pool.key]),
      ],
      start: unitsOf(elasticNodeConfig(plan, pool)),
    };
    return [pool.key, { cidr: pool.meshCidr, worker }];
  });
  return { elastic: Object.fromEntries(entries) as Record<string, object> };
}

/** In place of the one that the node was born with. */
function poolTokenFile(token: Token | undefined): NodeFile {
  if (!token) throw new Error("an elastic pool has no token to enrol with");
  return { path: "/etc/storm/tokens/pool", content: token.secret, mode: "0600" };
}
