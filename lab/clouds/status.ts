/** What there is in a lab, for people and for programs. */
import { type Lab } from "./lab";
import type { Faults } from "./store";
import type { Balancer, CloudNetwork, Group, Machine } from "./world";

export interface MachineStatus extends Pick<
  Machine,
  "id" | "name" | "cloud" | "site" | "group" | "network" | "privateAddress" | "publicAddress"
> {
  /** "none": not made yet, or it could not be. */
  state: "running" | "stopped" | "starting" | "gone" | "none";
  container: string;
  /** Public key of a user's own machine, for storm.yml. */
  hostKey?: string;
}

export interface LabStatus {
  networks: CloudNetwork[];
  machines: MachineStatus[];
  groups: (Omit<Group, "machine"> & { machines: string[] })[];
  balancers: Pick<Balancer, "id" | "site" | "network" | "privateAddress" | "publicAddress" | "listeners" | "targets">[];
  zones: string[];
  /** URNs of what was lost with its site. */
  lost: string[];
  faults: Faults;
  /** URNs of what the clouds have. */
  resources: string[];
  /** What could not be made real; "" when everything is. */
  failure: string;
}

export async function statusOf(lab: Lab): Promise<LabStatus> {
  const { store, realizer } = lab.parts;
  const { networks, machines, groups, balancers, zones } = lab.world;
  const states = new Map((await realizer.machines()).map((each) => [each.id, each]));
  const own = new Map(store.state.own.map((each) => [each.name, each.hostKey.public]));
  return {
    networks,
    machines: machines.map(({ id, name, cloud, site, group, network, privateAddress, publicAddress }) => {
      const { state = "none", container = "" } = states.get(id) ?? {};
      const hostKey = cloud === undefined ? own.get(name) : undefined;
      return { id, name, cloud, site, group, network, privateAddress, publicAddress, state, container, hostKey };
    }),
    groups: groups.map(({ id, cloud, site, min, max, desired }) => {
      const own = machines.filter((each) => each.group === id).map((each) => each.id);
      return { id, cloud, site, min, max, desired, machines: own };
    }),
    balancers: balancers.map(({ id, site, network, privateAddress, publicAddress, listeners, targets }) => {
      return { id, site, network, privateAddress, publicAddress, listeners, targets };
    }),
    zones: zones.map(({ name }) => name),
    lost: store.resources.filter(({ lost }) => lost).map(({ urn }) => urn),
    faults: store.state.faults,
    resources: store.resources.filter(({ lost }) => !lost).map(({ urn }) => urn),
    failure: lab.failure,
  };
}

/** A line for each thing, what belongs to a network below it. */
export function statusLines({ networks, machines, groups, balancers, zones, lost, failure }: LabStatus): string[] {
  const places = networks.flatMap((network) => [
    `${network.site}: network ${network.id}, ${network.cidr}`,
    ...machines
      .filter((each) => each.network === network.id)
      .map(
        (each) => `  ${each.id}: ${each.state}, ${each.privateAddress}, ${each.publicAddress ?? "no public address"}`,
      ),
    ...balancers
      .filter((each) => each.network === network.id)
      .map(({ id, publicAddress = "no public address", listeners, targets }) => {
        return `  ${id}: ${publicAddress} ports ${listeners.map(({ port }) => port).join(", ")} to ${targets.length} machines`;
      }),
  ]);
  return [
    ...places,
    ...groups.map(
      ({ id, machines: own, desired, min, max }) => `${id}: ${own.length} of ${desired} machines (${min} to ${max})`,
    ),
    ...(zones.length > 0 ? [`zones: ${zones.join(", ")}`] : []),
    ...lost.map((urn) => `lost: ${urn.split("::").slice(2).join(" ")}`),
    ...(failure === "" ? [] : [`not real yet: ${failure}`]),
  ];
}
