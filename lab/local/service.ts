/** storm:local:Service: a helper container next to a cluster's nodes, e.g. its load balancer or its image cache. */
import {
  addressOf,
  adoptable,
  chooseAddress,
  createContainer,
  ensureRunning,
  isRunning,
  LABELS,
  limits,
  listContainers,
  orAgain,
  readContainer,
  removeContainer,
  requireImage,
  requireNetwork,
  startNew,
} from "./containers";
import { type Docker, DockerError } from "./docker";
import type { Container } from "./docker-types";
import { Locks } from "./lock";
import { choosePorts } from "./ports";
import type { BaseOutputs, Resource } from "./resource";
import { serviceBody, serviceFiles, type ServiceInputs, serviceSchema } from "./service-container";
import { fingerprint, hash, hasUnknown } from "./values";

interface Outputs extends BaseOutputs {
  name: string;
  network: string;
  cluster: string;
  image: string;
  containerId: string;
  address: string;
  /** Chosen port on 127.0.0.1 of each published port. */
  ports: Record<string, number>;
  /** Paths of the files put into it. */
  filePaths: string[];
  running: boolean;
}

const REPLACE_ON = [
  "name",
  "network",
  "cluster",
  "image",
  "command",
  "entrypoint",
  "environment",
  "addressIndex",
  "publish",
  "mounts",
] as const;
const UPDATE_ON = ["files", "memoryMiB"] as const;
const ATTEMPTS = 5;

/** Ports by service name, chosen earlier in this process: a replacement deletes first and then creates. */
type Released = Map<string, Record<string, number>>;

export function serviceResource(docker: () => Docker): Resource<ServiceInputs, Outputs> {
  const locks = new Locks();
  const released: Released = new Map();
  return {
    schema: serviceSchema,
    replaceOn: REPLACE_ON,
    updateOn: UPDATE_ON,
    comparable,
    // A file can be overwritten in a container, but not taken away.
    alsoReplace: (outputs, inputs) => {
      if (hasUnknown(inputs.files)) return [];
      const gone = outputs.filePaths.filter((path) => !(path in (inputs.files ?? {})));
      return gone.length > 0 ? ["files"] : [];
    },
    async create(inputs) {
      const container = await orAgain(
        async () => (await adopt(docker(), inputs)) ?? (await createService(docker(), inputs, locks, released)),
      );
      return { id: container.Id, outputs: outputsOf(container, inputs) };
    },
    async read(id, outputs) {
      const container = await readContainer(docker(), id, outputs.network);
      return container && { ...outputs, running: isRunning(container) };
    },
    async update(id, outputs, inputs) {
      const filesChanged = outputs.fingerprint.files !== fingerprintOf(inputs).files;
      await settle(docker(), id, inputs, filesChanged);
      return outputsOf(await docker().get<Container>(`/containers/${id}/json`), inputs);
    },
    async delete(id, outputs) {
      released.set(outputs.name, outputs.ports);
      await removeContainer(docker(), id);
    },
  };
}

/** Inputs as they are compared: which ports are preferred matters only when one is chosen. */
function comparable(inputs: ServiceInputs): object {
  const publish = Array.isArray(inputs.publish)
    ? inputs.publish.map(({ name, container }) => ({ name, container }))
    : inputs.publish;
  return { ...inputs, publish };
}

function fingerprintOf(inputs: ServiceInputs) {
  return fingerprint(comparable(inputs), [...REPLACE_ON, ...UPDATE_ON]);
}

function hashOf(inputs: ServiceInputs): string {
  return hash(fingerprint(comparable(inputs), REPLACE_ON));
}

async function adopt(docker: Docker, inputs: ServiceInputs): Promise<Container | undefined> {
  const network = await requireNetwork(docker, inputs.network);
  const found = await adoptable(docker, { ...inputs, hash: hashOf(inputs) }, network.Id);
  if (found) await settle(docker, found.Id, inputs, true);
  return found;
}

/** Brings a container that exists to the wanted files and limits, running. */
async function settle(docker: Docker, id: string, inputs: ServiceInputs, filesChanged: boolean): Promise<void> {
  await docker.post(`/containers/${id}/update`, await limits(docker, undefined, inputs.memoryMiB));
  const files = serviceFiles(inputs);
  const reload = filesChanged && files.length > 0;
  if (reload) await docker.upload(id, files);
  const container = await docker.get<Container>(`/containers/${id}/json`);
  if (!isRunning(container)) await ensureRunning(docker, container);
  else if (reload && inputs.reloadSignal)
    await docker.post(`/containers/${id}/kill`, undefined, { signal: inputs.reloadSignal });
  else if (reload) await docker.post(`/containers/${id}/restart`, undefined, { t: 5 });
}

async function createService(
  docker: Docker,
  inputs: ServiceInputs,
  locks: Locks,
  released: Released,
): Promise<Container> {
  await requireImage(docker, inputs.image);
  const network = await requireNetwork(docker, inputs.network);
  const serviceLimits = await limits(docker, undefined, inputs.memoryMiB);
  // One at a time: a port that was chosen shows as taken only once its container runs.
  return locks.run("ports", async () => {
    const reserved = await reservedPorts(docker);
    for (let attempt = 1; ; attempt++) {
      const ports = await choosePorts(inputs.publish ?? [], released.get(inputs.name) ?? {}, reserved);
      const address = await chooseAddress(docker, network, inputs.addressIndex);
      const labels = {
        [LABELS.cluster]: inputs.cluster,
        [LABELS.kind]: "service",
        [LABELS.hash]: hashOf(inputs),
        [LABELS.ports]: JSON.stringify(ports),
      };
      const body = serviceBody({ inputs, ports, address, labels, limits: serviceLimits });
      const id = await createContainer(docker, { name: inputs.name, body, files: serviceFiles(inputs) });
      try {
        return await startNew(docker, id, inputs.name);
      } catch (error) {
        // Somebody else took a port between our look and the start.
        const taken = error instanceof DockerError && /already allocated|address already in use/.test(error.message);
        if (!taken || attempt === ATTEMPTS) throw error;
        Object.values(ports).forEach((port) => reserved.add(port));
      }
    }
  });
}

/** Ports of all services of all clusters here, also of stopped ones, which take them again when they start. */
async function reservedPorts(docker: Docker): Promise<Set<number>> {
  const services = await listContainers(docker, { label: [`${LABELS.kind}=service`] });
  return new Set(services.flatMap((service) => Object.values(portsOf(service.Labels))));
}

function portsOf(labels: Record<string, string> | null): Record<string, number> {
  return JSON.parse(labels?.[LABELS.ports] ?? "{}") as Record<string, number>;
}

function outputsOf(container: Container, inputs: ServiceInputs): Outputs {
  const { name, network, cluster, image } = inputs;
  return {
    ...{ name, network, cluster, image },
    containerId: container.Id,
    address: addressOf(container),
    ports: portsOf(container.Config.Labels),
    filePaths: Object.keys(inputs.files ?? {}).sort(),
    running: true,
    fingerprint: fingerprintOf(inputs),
  };
}
