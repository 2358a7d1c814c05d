/** What a person does to the lab's clouds, past the program: as in a cloud's console, or as misfortune. */
import { utils } from "ssh2";
import * as z from "zod";
import { LabError } from "../plugins/shared/lab-socket";
import { KINDS, PROVIDERS, worldId } from "./derive/common";
import { ownId } from "./derive/own";
import { type Lab, SHUTDOWN_SECONDS, theOne } from "./lab";
import type { KeptResource } from "./store";
import type { Cloud, Machine } from "./world";

const cloud = z.enum(["aws", "azure", "digitalocean"]);
const count = z.number().int().min(0);

/** Machines and groups go by id or name, resources by id, name or URN. */
export const command = z.discriminatedUnion("do", [
  z.strictObject({ do: z.literal("size"), group: z.string(), machines: count }),
  z.strictObject({ do: z.enum(["terminate", "stop", "kill", "start", "reboot"]), machine: z.string() }),
  /** A machine of the user's own, which lets in whoever has this key. */
  z.strictObject({ do: z.literal("own"), machine: z.string(), authorizedKey: z.string() }),
  z.strictObject({ do: z.enum(["lose", "restore"]), site: z.string() }),
  z.strictObject({ do: z.literal("forget"), resource: z.string() }),
  /** Changes an input as somebody else would in the cloud. Path: e.g. "securityRules.0.access". */
  z.strictObject({ do: z.literal("set"), resource: z.string(), path: z.string(), value: z.json() }),
  /** The next `count` calls of a cloud are too many. */
  z.strictObject({ do: z.literal("throttle"), cloud, count }),
  /** A cloud allows `count` machines; without a number as many as anybody wants. */
  z.strictObject({ do: z.literal("quota"), cloud, count: count.optional() }),
  /** The next `count` machines of a cloud, or of one of its pools, die at their boot. */
  z.strictObject({ do: z.literal("boot"), cloud, pool: z.string().optional(), count }),
]);
export type Command = z.infer<typeof command>;

/** Does it, and says what was done. @throws LabError 404 when there is nothing of that name. */
export async function obey(lab: Lab, asked: Command): Promise<string> {
  const { state } = lab.parts.store;
  switch (asked.do) {
    case "size": {
      const { groups } = lab.world;
      const named = groups.filter(({ id }) => [id, resourceOf(lab, id)?.name].includes(asked.group));
      const all = groups.map(({ id }) => id);
      const group = theOne(named, `group ${asked.group}`, all);
      state.sizes[group.id] = Math.max(group.min, Math.min(group.max, asked.machines));
      await lab.run();
      return `${group.id} is to have ${state.sizes[group.id]} machines, ${group.min} to ${group.max} are allowed`;
    }
    case "own":
      return addOwn(lab, asked.machine, asked.authorizedKey);
    case "lose":
    case "restore":
      return asked.do === "lose" ? lose(lab, asked.site) : restore(lab, asked.site);
    case "forget":
    case "set": {
      const { resources } = lab.parts.store;
      const named = resources.filter((each) => [each.id, each.name, each.urn].includes(asked.resource));
      const resource = theOne(
        named,
        `resource ${asked.resource}`,
        (named[0] ? named : resources).map(({ urn }) => urn),
      );
      if (asked.do === "set") lab.parts.store.put(withValue(resource, asked.path.split("."), asked.value), resource);
      else lab.parts.store.remove(resource);
      await lab.run();
      return asked.do === "set" ? `${asked.path} of ${resource.urn} is changed` : `${resource.urn} is gone`;
    }
    case "throttle":
    case "quota":
    case "boot":
      return fault(lab, asked);
    default:
      return power(lab, asked.do, machineNamed(lab, asked.machine));
  }
}

async function power(
  lab: Lab,
  what: "terminate" | "stop" | "kill" | "start" | "reboot",
  machine: Machine,
): Promise<string> {
  const { store, realizer } = lab.parts;
  const { id, name, cloud, group = "" } = machine;
  if (what === "terminate") {
    const resource = resourceOf(lab, id);
    if (resource) store.remove(resource);
    if (cloud === undefined) store.state.own = store.state.own.filter((each) => each.name !== name);
    store.state.members[group] = (store.state.members[group] ?? []).filter(({ key }) => id !== `${group}-${key}`);
    await lab.run();
    return `${id} is deleted`;
  }
  const isOff = what === "stop" || what === "kill";
  store.state.off = [...store.state.off.filter((each) => each !== id), ...(isOff ? [id] : [])];
  store.save();
  if (what === "stop" || what === "reboot") await realizer.stopMachine(id, SHUTDOWN_SECONDS);
  if (what === "kill") await realizer.kill(id);
  if (!isOff) await realizer.start(id);
  return `${id} is ${isOff ? "off" : "on"}`;
}

/** One of this name that is there stays as it is. */
async function addOwn(lab: Lab, name: string, authorizedKey: string): Promise<string> {
  const { own } = lab.parts.store.state;
  if (!/^[a-z]([a-z0-9-]{0,30}[a-z0-9])?$/.test(name))
    throw new LabError(`${name} is no name for a machine: small letters, digits and "-", a letter first`, 422);
  if (!own.some((each) => each.name === name))
    own.push({ name, authorizedKey, hostKey: utils.generateKeyPairSync("ed25519") });
  await lab.settle(ownId(name));
  return `${name} is there`;
}

/** Everything that runs at a site dies; its cloud knows nothing of it any more, until it is made anew or restored. */
async function lose(lab: Lab, site: string): Promise<string> {
  const { store, realizer } = lab.parts;
  const { machines, groups, balancers } = lab.world;
  const there = new Set(
    [...machines, ...groups, ...balancers].filter((each) => each.site === site).map(({ id }) => id),
  );
  const dying = machines.filter((machine) => machine.site === site && machine.group === undefined);
  for (const resource of store.resources)
    if (KINDS[resource.type] && there.has(worldId(resource))) store.put({ ...resource, lost: site }, resource);
  for (const id of there) delete store.state.members[id];
  store.state.off = [...new Set([...store.state.off, ...dying.map(({ id }) => id)])];
  store.save();
  // All at once, as in a power cut.
  await Promise.all([...dying.map(({ id }) => realizer.kill(id)), lab.run()]);
  return `${site} is lost: ${there.size} machines, groups and load balancers`;
}

async function restore(lab: Lab, site: string): Promise<string> {
  const { store, realizer } = lab.parts;
  const back = store.resources.filter(({ lost }) => lost === site);
  for (const before of back) {
    const resource = { ...before };
    delete resource.lost;
    store.put(resource, before);
  }
  const own = lab.world.machines.filter((each) => each.site === site && each.cloud === undefined);
  const machines = [...back.filter(({ type }) => KINDS[type] === "machine").map(worldId), ...own.map(({ id }) => id)];
  store.state.off = store.state.off.filter((id) => !machines.includes(id));
  store.save();
  await lab.run();
  await Promise.all(machines.map((id) => realizer.start(id)));
  return `${site} is back: ${back.length + own.length} machines, groups and load balancers`;
}

async function fault(lab: Lab, asked: Extract<Command, { do: "throttle" | "quota" | "boot" }>): Promise<string> {
  const { store } = lab.parts;
  const { faults } = store.state;
  const which = (Object.keys(PROVIDERS) as Cloud[]).find((each) => PROVIDERS[each] === asked.cloud);
  if (which === undefined) throw new Error(`no cloud ${asked.cloud}`);
  if (asked.do === "boot") faults.boot.push({ cloud: which, pool: asked.pool, count: asked.count });
  else if (asked.count === undefined) delete faults[asked.do][which];
  else faults[asked.do][which] = asked.count;
  faults.boot = faults.boot.filter((each) => each.count > 0);
  store.save();
  return Promise.resolve(`${asked.cloud}: ${asked.do} ${asked.count ?? "no more"}`);
}

function resourceOf(lab: Lab, id: string): KeptResource | undefined {
  return lab.parts.store.resources.find((each) => KINDS[each.type] && worldId(each) === id);
}

/** By its id, its name in its cloud, or its name in the program. */
function machineNamed(lab: Lab, word: string): Machine {
  const { machines } = lab.world;
  const named = machines.filter(({ id, name }) => [id, name, resourceOf(lab, id)?.name].includes(word));
  return theOne(
    named,
    `machine ${word}`,
    (named[0] ? named : machines).map(({ id }) => id),
  );
}

/** The resource with this value at a path of its inputs, and of its state, which repeats them. */
function withValue(resource: KeptResource, path: string[], value: unknown): KeptResource {
  const { inputs, state } = resource;
  return { ...resource, inputs: changed(inputs, path, value), state: changed(state, path, value) };
}

function changed<T>(tree: T, [step, ...rest]: string[], value: unknown): T {
  if (step === undefined) return value as T; // the path's end: whatever the person wants to have there
  const copy = structuredClone(tree) as Record<string, unknown>; // maps and lists alike
  copy[step] = changed(copy[step] ?? {}, rest, value);
  return copy as T; // as above
}
