/** What nodes and services have in common: a container that is ours is adopted, replaced, made whole, or removed. */
import { setTimeout as sleep } from "node:timers/promises";
import { addressAt, freeAddress } from "./addresses";
import { type Docker, DockerError } from "./docker";
import type { Container, ContainerSummary, Info, Network } from "./docker-types";
import type { TarFile } from "./tar";

/** Labels by which containers and networks are known again after a crash. */
export const LABELS = {
  cluster: "storm.cluster",
  hash: "storm.hash",
  kind: "storm.kind",
  ports: "storm.ports",
} as const;

/** A container as it is to be. */
export interface ContainerSpec {
  name: string;
  /** Body of Docker's container creation. */
  body: object;
  /** Put into it before it starts. */
  files: TarFile[];
}

/** Whose a container is, and what it was made from. */
export interface Origin {
  name: string;
  cluster: string;
  hash: string;
}

/** The network of this name, which must exist. */
export async function requireNetwork(docker: Docker, name: string): Promise<Network & { cidr: string }> {
  const network = await docker.find<Network>(`/networks/${encodeURIComponent(name)}`);
  if (!network) throw new Error(`Docker network "${name}" does not exist`);
  const cidr = network.IPAM.Config?.[0]?.Subnet;
  if (!cidr) throw new Error(`Docker network "${name}" has no subnet`);
  return { ...network, cidr };
}

/** Fails with a clear text, before anything is made, where the image is not on this machine. */
export async function requireImage(docker: Docker, image: string): Promise<void> {
  const found = await docker.find(`/images/${encodeURIComponent(image)}/json`);
  if (!found) throw new Error(`image "${image}" is not on this machine (npm run doctor says how it is made)`);
}

/**
 * A container left by an earlier run that is just what is wanted, if there is one. What an interrupted run left half
 * made, or another content under our name, is removed. Another owner's container is an error.
 */
export async function adoptable(docker: Docker, origin: Origin, networkId: string): Promise<Container | undefined> {
  const found = await docker.find<Container>(`/containers/${origin.name}/json`);
  if (!found) return undefined;
  const labels = found.Config.Labels ?? {};
  if (labels[LABELS.cluster] !== origin.cluster) {
    const owner = labels[LABELS.cluster] ? `cluster "${labels[LABELS.cluster]}"` : "somebody else";
    throw new Error(
      `the container name "${origin.name}" is taken by ${owner}: remove that container or rename the cluster`,
    );
  }
  // A container that was never started may lack its files. One whose network was removed can never start again.
  const whole = found.State.Status !== "created" && found.State.Status !== "dead";
  if (whole && isOnNetwork(found, networkId) && labels[LABELS.hash] === origin.hash) return found;
  await removeContainer(docker, found.Id);
  return undefined;
}

/** Does it once more when the name was taken meanwhile: a run that was killed may have had its last request under way. */
export async function orAgain<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof DockerError) || error.status !== 409) throw error;
    await sleep(1_000);
    return work();
  }
}

/** Makes a container with its files in it, not started yet; gives its id. */
export async function createContainer(docker: Docker, spec: ContainerSpec): Promise<string> {
  const { Id: id } = await docker.post<{ Id: string }>("/containers/create", spec.body, { name: spec.name });
  try {
    await docker.upload(id, spec.files);
    return id;
  } catch (error) {
    await removeContainer(docker, id).catch(() => undefined);
    throw error;
  }
}

/** Starts a container and makes sure that it stays up for a moment; otherwise removes it and says what it printed. */
export async function startNew(docker: Docker, id: string, name: string): Promise<Container> {
  try {
    await docker.post(`/containers/${id}/start`);
    await sleep(100);
    const container = await docker.get<Container>(`/containers/${id}/json`);
    if (container.State.Status === "running") return container;
    const log = await docker.lastLogLines(id, 3);
    const reason = container.State.Error || log.replace(/\s*\n\s*/g, " | ") || "it printed nothing";
    throw new Error(`container "${name}" ended at once with exit code ${container.State.ExitCode}: ${reason}`);
  } catch (error) {
    await removeContainer(docker, id).catch(() => undefined);
    throw error;
  }
}

/** Does it run, and is it not held? */
export function isRunning({ State: state }: Container): boolean {
  return state.Running && state.Status !== "paused";
}

/** Starts a container that exists; one that runs already is left alone. */
export async function ensureRunning(docker: Docker, container: Container): Promise<void> {
  const action = container.State.Status === "paused" ? "unpause" : "start";
  if (!isRunning(container)) await docker.post(`/containers/${container.Id}/${action}`);
}

/** The container, unless it is gone or can never start again: Docker gave it up, or its network was made anew. */
export async function readContainer(docker: Docker, id: string, networkName: string): Promise<Container | undefined> {
  const container = await docker.find<Container>(`/containers/${id}/json`);
  if (!container || container.State.Status === "dead") return undefined;
  const network = await docker.find<Network>(`/networks/${encodeURIComponent(networkName)}`);
  return network && isOnNetwork(container, network.Id) ? container : undefined;
}

function isOnNetwork(container: Container, networkId: string): boolean {
  return Object.values(container.NetworkSettings.Networks).some((end) => end.NetworkID === networkId);
}

/**
 * Removes a container with its anonymous volumes, however broken it is, within `budgetMs`. Gone already is fine; so is
 * one that Docker itself can not get rid of any more: it runs no process, and Docker drops it at its next start.
 */
export async function removeContainer(docker: Docker, id: string, budgetMs = 45_000): Promise<void> {
  const deadline = Date.now() + budgetMs;
  for (;;) {
    try {
      const left = Math.max(deadline - Date.now(), 1_000);
      await docker.delete(`/containers/${id}`, { force: true, v: true }, Math.min(left, 20_000));
      return;
    } catch (error) {
      if (!(error instanceof DockerError)) throw error;
      if (error.status === 404) return;
      const found = await docker.find<Container>(`/containers/${id}/json`);
      if (!found) return;
      if (Date.now() > deadline) {
        if (["dead", "removing"].includes(found.State.Status)) return;
        throw error;
      }
      await sleep(500);
    }
  }
}

/** All containers with these labels, stopped ones too. */
export function listContainers(docker: Docker, filters: Record<string, string[]>): Promise<ContainerSummary[]> {
  return docker.get<ContainerSummary[]>("/containers/json", { all: true, filters });
}

/** The addresses given away on a network, to stopped containers too. */
export async function usedAddresses(docker: Docker, network: { Id: string; Name: string }): Promise<Set<string>> {
  // A container that was never started knows its network by name only.
  const containers = await listContainers(docker, { network: [network.Id, network.Name] });
  const ends = containers
    .flatMap((container) => Object.entries(container.NetworkSettings.Networks))
    .filter(([name, end]) => name === network.Name || end.NetworkID === network.Id);
  return new Set(
    ends.flatMap(([, end]) => [end.IPAMConfig?.IPv4Address, end.IPAddress]).filter((a): a is string => !!a),
  );
}

/** The address with the host number asked for, else the lowest free one. */
export async function chooseAddress(
  docker: Docker,
  network: { Id: string; Name: string; cidr: string },
  index: number | undefined,
): Promise<string> {
  if (index !== undefined) return addressAt(network.cidr, index);
  const address = freeAddress(network.cidr, await usedAddresses(docker, network));
  if (!address) throw new Error(`Docker network "${network.Name}" has no free address`);
  return address;
}

/** The fixed address of a container on a network; kept while it is stopped. */
export function addressOf(container: Container, networkId?: string): string {
  const ends = Object.values(container.NetworkSettings.Networks);
  const end = ends.find((candidate) => candidate.NetworkID === networkId) ?? ends[0];
  return end?.IPAMConfig?.IPv4Address || end?.IPAddress || "";
}

/** Limits of a container, as far as this machine can set them. */
export async function limits(docker: Docker, cpus: number | undefined, memoryMiB: number | undefined): Promise<object> {
  const info = await docker.get<Info>("/info");
  const memory = Math.min((memoryMiB ?? 0) * 2 ** 20, info.MemTotal);
  return {
    ...(cpus && info.CpuCfsQuota ? { NanoCpus: Math.round(Math.min(cpus, info.NCPU) * 1e9) } : {}),
    // Docker wants the sum of memory and swap with each change of the memory.
    ...(memory && info.MemoryLimit ? { Memory: memory, MemorySwap: 2 * memory } : {}),
  };
}
