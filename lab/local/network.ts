/** storm:local:Network: the Docker network of one cluster (or of one private network of the lab's clouds). */
import { readFileSync } from "node:fs";
import * as z from "zod";
import { freeSubnets, rangeOf, routedRanges } from "./addresses";
import { LABELS, listContainers, removeContainer } from "./containers";
import { type Docker, DockerError } from "./docker";
import type { Network } from "./docker-types";
import type { BaseOutputs, Resource } from "./resource";
import { fingerprint } from "./values";

const schema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, "must be a Docker network name"),
  cluster: z.string().min(1),
  labels: z.record(z.string(), z.string()).optional(),
});

type Inputs = z.infer<typeof schema>;

interface Outputs extends BaseOutputs {
  name: string;
  cluster: string;
  networkId: string;
  cidr: string;
  gateway: string;
}

const REPLACE_ON = ["name", "cluster", "labels"] as const;

export function networkResource(docker: () => Docker): Resource<Inputs, Outputs> {
  return {
    schema,
    replaceOn: REPLACE_ON,
    updateOn: [],
    async create(inputs) {
      const network = (await findOwn(docker(), inputs)) ?? (await createNetwork(docker(), inputs));
      return { id: network.Id, outputs: outputsOf(network, inputs) };
    },
    async read(id, outputs) {
      const network = await docker().find<Network>(`/networks/${id}`);
      return network && { ...outputs, ...place(network) };
    },
    async update(_id, outputs) {
      return outputs;
    },
    async delete(id, outputs) {
      await deleteNetwork(docker(), id, outputs);
    },
  };
}

/** The network of this name that an earlier run of this cluster made. */
async function findOwn(docker: Docker, { name, cluster }: Inputs): Promise<Network | undefined> {
  const networks = await docker.get<Network[]>("/networks", { filters: { name: [name] } });
  const found = networks.find((network) => network.Name === name); // the filter matches parts of names too
  if (!found) return undefined;
  const owner = found.Labels?.[LABELS.cluster];
  if (owner === cluster) return found;
  const who = owner ? `cluster "${owner}"` : "somebody else";
  throw new Error(`the Docker network name "${name}" is taken by ${who}: remove that network or rename the cluster`);
}

async function createNetwork(docker: Docker, { name, cluster, labels }: Inputs): Promise<Network> {
  for (const subnet of freeSubnets(await usedRanges(docker))) {
    try {
      const { Id: id } = await docker.post<{ Id: string }>("/networks/create", {
        Name: name,
        CheckDuplicate: true,
        Driver: "bridge",
        Labels: { ...labels, [LABELS.cluster]: cluster },
        IPAM: { Config: [{ Subnet: subnet, Gateway: subnet.replace(/0\/24$/, "1") }] },
      });
      return await docker.get<Network>(`/networks/${id}`);
    } catch (error) {
      // Another run took this subnet since it was looked up.
      if (error instanceof DockerError && /overlaps/.test(error.message)) continue;
      throw error;
    }
  }
  throw new Error(
    "no subnet of 172.28.0.0/16 is free for a cluster's network: `docker network prune` removes unused ones",
  );
}

async function usedRanges(docker: Docker) {
  const networks = await docker.get<Network[]>("/networks");
  const subnets = networks.flatMap((network) => network.IPAM.Config ?? []).map((config) => config.Subnet ?? "");
  const docked = subnets.map(rangeOf).filter((range) => range !== undefined);
  return [...docked, ...routedRanges(readFileSync("/proc/net/route", "utf8"))];
}

/** Removes the network and what crashed runs left on it. Missing is fine. */
async function deleteNetwork(docker: Docker, id: string, { name, cluster }: Outputs): Promise<void> {
  const left = await listContainers(docker, { network: [id, name], label: [`${LABELS.cluster}=${cluster}`] });
  await Promise.all(left.map((container) => removeContainer(docker, container.Id)));
  try {
    await docker.delete(`/networks/${id}`);
  } catch (error) {
    if (error instanceof DockerError && error.status === 404) return;
    throw error;
  }
}

function place(network: Network): Pick<Outputs, "networkId" | "cidr" | "gateway"> {
  const config = network.IPAM.Config?.[0];
  return { networkId: network.Id, cidr: config?.Subnet ?? "", gateway: config?.Gateway ?? "" };
}

function outputsOf(network: Network, inputs: Inputs): Outputs {
  return {
    name: inputs.name,
    cluster: inputs.cluster,
    ...place(network),
    fingerprint: fingerprint(inputs, REPLACE_ON),
  };
}
