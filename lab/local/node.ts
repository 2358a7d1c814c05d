/** storm:local:Node: a machine of a cluster, as a container that boots systemd and cloud-init like a cloud's instance. */
import * as z from "zod";
import {
  addressOf,
  adoptable,
  chooseAddress,
  createContainer,
  ensureRunning,
  isRunning,
  LABELS,
  limits,
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
import { nodeContainerBody } from "./node-container";
import type { BaseOutputs, Resource } from "./resource";
import { fingerprint, hash } from "./values";

const SEED = "/var/lib/cloud/seed/nocloud";

const schema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, "must be a Docker container name"),
  hostname: z.string().regex(/^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/, "must be a host name"),
  network: z.string().min(1),
  cluster: z.string().min(1),
  image: z.string().min(1),
  userData: z.string(),
  metaData: z.string(),
  cpus: z.number().positive().optional(),
  memoryMiB: z.number().int().min(6).optional(),
  addressIndex: z.number().int().min(2).max(254).optional(),
});

type Inputs = z.infer<typeof schema>;

interface Outputs extends BaseOutputs {
  name: string;
  hostname: string;
  network: string;
  cluster: string;
  image: string;
  containerId: string;
  address: string;
  running: boolean;
}

const REPLACE_ON = ["name", "hostname", "network", "cluster", "image", "userData", "metaData", "addressIndex"] as const;
const UPDATE_ON = ["cpus", "memoryMiB"] as const;
const ATTEMPTS = 3;

export function nodeResource(docker: () => Docker): Resource<Inputs, Outputs> {
  const locks = new Locks();
  return {
    schema,
    replaceOn: REPLACE_ON,
    updateOn: UPDATE_ON,
    async create(inputs) {
      const container = await orAgain(
        async () => (await adopt(docker(), inputs)) ?? (await createNode(docker(), inputs, locks)),
      );
      return { id: container.Id, outputs: outputsOf(container, inputs) };
    },
    async read(id, outputs) {
      const container = await readContainer(docker(), id, outputs.network);
      return container && { ...outputs, running: isRunning(container) };
    },
    async update(id, outputs, inputs) {
      await settle(docker(), await docker().get<Container>(`/containers/${id}/json`), inputs);
      return { ...outputs, running: true, fingerprint: fingerprint(inputs, [...REPLACE_ON, ...UPDATE_ON]) };
    },
    async delete(id) {
      await removeContainer(docker(), id);
    },
  };
}

/** The hash of what a node can not change in its life. */
function hashOf(inputs: Inputs): string {
  return hash(fingerprint(inputs, REPLACE_ON));
}

async function adopt(docker: Docker, inputs: Inputs): Promise<Container | undefined> {
  const network = await requireNetwork(docker, inputs.network);
  const found = await adoptable(docker, { ...inputs, hash: hashOf(inputs) }, network.Id);
  if (found) await settle(docker, found, inputs);
  return found;
}

/** Sets what can be set on a container that exists, and starts it. */
async function settle(docker: Docker, container: Container, { cpus, memoryMiB }: Inputs): Promise<void> {
  await docker.post(`/containers/${container.Id}/update`, await limits(docker, cpus, memoryMiB));
  await ensureRunning(docker, container);
}

async function createNode(docker: Docker, inputs: Inputs, locks: Locks): Promise<Container> {
  await requireImage(docker, inputs.image);
  const network = await requireNetwork(docker, inputs.network);
  const nodeLimits = await limits(docker, inputs.cpus, inputs.memoryMiB);
  for (let attempt = 1; ; attempt++) {
    // A container counts as an owner of its address from its creation on, started or not.
    const id = await locks.run(network.Id, async () => {
      const address = await chooseAddress(docker, network, inputs.addressIndex);
      const labels = { [LABELS.cluster]: inputs.cluster, [LABELS.kind]: "node", [LABELS.hash]: hashOf(inputs) };
      const body = nodeContainerBody({
        ...inputs,
        network: { name: inputs.network, address },
        labels,
        limits: nodeLimits,
      });
      return createContainer(docker, { name: inputs.name, body, files: seedFiles(inputs) });
    });
    try {
      return await startNew(docker, id, inputs.name);
    } catch (error) {
      // Another process took the address between our look and the start.
      const taken = error instanceof DockerError && /Address already in use/.test(error.message);
      if (!taken || inputs.addressIndex !== undefined || attempt === ATTEMPTS) throw error;
    }
  }
}

/** The seed is put into the container itself: user-data may carry secrets, which labels, variables and mounts show. */
function seedFiles({ userData, metaData }: Inputs) {
  return [
    { path: `${SEED}/user-data`, content: userData, mode: 0o600 },
    { path: `${SEED}/meta-data`, content: metaData, mode: 0o600 },
  ];
}

function outputsOf(container: Container, inputs: Inputs): Outputs {
  const { name, hostname, network, cluster, image } = inputs;
  return {
    ...{ name, hostname, network, cluster, image },
    containerId: container.Id,
    address: addressOf(container),
    running: true,
    fingerprint: fingerprint(inputs, [...REPLACE_ON, ...UPDATE_ON]),
  };
}
