/** The World of all clouds and of the user's own machines, from what the store has. */
import { aws } from "./derive/aws";
import { azure } from "./derive/azure";
import { KINDS, worldId } from "./derive/common";
import { digitalocean } from "./derive/digitalocean";
import { ownMachines } from "./derive/own";
import { mergeZones } from "./derive/zones";
import type { CloudResource, CloudRules, Surroundings } from "./resources";
import type { Member, Store } from "./store";
import type { Cloud, World } from "./world";

const RULES: Record<Cloud, CloudRules> = { aws, "azure-native": azure, digitalocean };

function surroundings({ addresses, state: { sizes, members } }: Store): Surroundings {
  const keys = Object.entries(members).map(([group, all]) => [group, all.map(({ key }) => key)]);
  return { addresses, sizes, members: Object.fromEntries(keys) as Record<string, string[]> };
}

/** What only its cloud can tell of a resource, which need not be in the store yet. */
export function outputsOf(resource: CloudResource, store: Store): Record<string, unknown> {
  const others = store.resources.filter((each) => each.type !== resource.type || each.id !== resource.id);
  return RULES[resource.cloud].outputs(resource, [...others, resource], surroundings(store));
}

/** Everything as it is now. Gives addresses, and takes back those of what is gone. */
export function wholeWorld(store: Store): World {
  const { resources, state, addresses } = store;
  const around = surroundings(store);
  addresses.begin();
  for (const resource of resources) RULES[resource.cloud].outputs(resource, resources, around);
  const worlds = Object.values(RULES).map((rules) => rules.derive(resources, around));
  const own = ownMachines(state.own, addresses);
  addresses.sweep();
  const births = new Map<string, Member["birth"]>();
  for (const [group, members] of Object.entries(state.members))
    for (const { key, birth } of members) births.set(`${group}-${key}`, birth);
  // A lost machine is there, switched off; of a lost balancer or group nothing is left that could be.
  const lost = new Set(
    resources.flatMap((each) => (each.lost && KINDS[each.type] !== "machine" ? [worldId(each)] : [])),
  );
  return {
    networks: [...worlds.flatMap(({ networks }) => networks), ...own.networks],
    machines: [
      ...worlds.flatMap(({ machines }) => machines).map((each) => ({ ...each, ...births.get(each.id) })),
      ...own.machines,
    ],
    groups: worlds.flatMap(({ groups }) => groups).filter(({ id }) => !lost.has(id)),
    balancers: worlds.flatMap(({ balancers }) => balancers).filter(({ id }) => !lost.has(id)),
    zones: mergeZones(worlds.flatMap(({ zones }) => zones)),
    volumes: worlds.flatMap(({ volumes = [] }) => volumes),
  };
}
