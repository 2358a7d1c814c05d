import type { Before } from "../../plan/before";
import { listed } from "../../plan/compare";
import type { AddressChange } from "./addresses";
import type { Change, EngineChanges } from "./engine-changes";

export interface LossFacts {
  changes: Pick<EngineChanges, "replaced" | "destroyed">;
  before: Before;
  /** Names of the nodes that are there. */
  nodes: readonly string[];
  /** Names of compose stacks that storm.yml no longer has. */
  stacksGone: readonly string[];
  /** Whether the cluster's own page does, alone. */
  pageGoes?: boolean;
  addresses?: readonly AddressChange[];
  /** Names of what a destroy could not take away, and now can. */
  unprotected?: readonly string[];
}

/** A pool's `volume`: it outlives its machine. */
export const DATA_DISK = /^(aws:ebs:Volume|azure-native:compute.*:Disk|digitalocean:index:Volume)$/;

/** Kinds of things that are gone for good, and what goes with them. */
const KINDS: [type: RegExp, words: (name: string) => string][] = [
  [DATA_DISK, (name) => `Disk ${name} and all data on it`],
  [
    /^(aws:autoscaling:Group|azure-native:compute.*:VirtualMachineScaleSet|digitalocean:index:DropletAutoscale)$/,
    (name) => `Elastic pool ${name}: its nodes, and what is in their volumes`,
  ],
  [
    /^(aws:route53:Zone|azure-native:(dns|network).*:Zone|digitalocean:index:Domain)$/,
    (name) => `DNS zone ${name} and its records`,
  ],
];

/** What a deployment, or a destroy, takes away that nothing brings back: one sentence each, the worst first. */
export function losses(facts: LossFacts): string[] {
  const { changes, before, nodes, stacksGone, pageGoes = false, addresses = [], unprotected = [] } = facts;
  const machines = new Set(before.machines);
  const isNode = ({ urn, name }: Change) => machines.has(urn) && nodes.includes(name);
  const names = (group: readonly Change[]) => [...new Set(group.filter(isNode).map(({ name }) => name))].sort();
  const lost = [...new Set([...names(changes.destroyed), ...names(changes.replaced)])];
  const things = [...changes.destroyed, ...changes.replaced].flatMap(({ type, name }) =>
    KINDS.flatMap(([pattern, words]) => (pattern.test(type) ? [words(name)] : [])),
  );
  return [
    ...managers(lost, before),
    ...volumes(lost, before),
    ...things.sort(),
    ...stacksGone.map((stack) => `Stack ${stack} with its services; its volumes stay on the nodes that have them`),
    ...(pageGoes ? ["The page that lists the services, at the cluster's own names"] : []),
    ...addresses.flatMap(({ service, before: url, after }) =>
      url === undefined
        ? []
        : [`${url}${after === undefined ? "" : `, now ${after}`}: ${service} answers there no more`],
    ),
    ...unprotected.map((name) => `Protection of ${name}: from then on a destroy takes it away`),
  ];
}

function managers(lost: readonly string[], before: Before): string[] {
  const gone = before.managers.filter((name) => lost.includes(name));
  if (gone.length === 0) return [];
  const [all, stay] = [before.managers.length, before.managers.length - gone.length];
  if (stay === 0) return [`All managers (${listed(gone)}): the state of Swarm and Consul goes with them`];
  const quorum = stay > all / 2 ? `${stay} stay and keep the cluster's state` : "the quorum is lost";
  return [`${gone.length} of ${all} managers (${listed(gone)}): ${quorum}`];
}

/** Volumes are on a node's own disk for data where it has one, which outlives the machine. */
function volumes(lost: readonly string[], before: Before): string[] {
  const bare = lost.filter((name) => !(before.births[name] ?? before.workers[name])?.disk);
  if (bare.length === 0) return [];
  const holder = bare.includes(before.volumeNode ?? "")
    ? `; ${before.volumeNode} holds the volumes of services without a placement of their own`
    : "";
  return [
    `Data in volumes on ${listed(bare)}, which ${bare.length === 1 ? "has" : "have"} no disk that outlives the machine${holder}`,
  ];
}
