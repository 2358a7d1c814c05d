/** Containers of the lab's machines and balancers. */
import {
  createContainer,
  limits,
  listContainers,
  orAgain,
  removeContainer,
  requireImage,
  startNew,
} from "../../local/containers";
import type { Docker } from "../../local/docker";
import type { Container, ContainerSummary } from "../../local/docker-types";
import { nodeContainerBody } from "../../local/node-container";
import { type Balancer, INTERNET, type Machine } from "../world";
import { BALANCER_CONFIG } from "./balancer-config";
import { LABELS, type Names } from "./names";
import { userDataBytes } from "./user-data";
import { VOLUME_RULES } from "./volumes";

const SEED = "/var/lib/cloud/seed/nocloud";

export type Kind = "machine" | "balancer";

export class Containers {
  constructor(
    private readonly docker: Docker,
    private readonly names: Names,
    private readonly image: string,
  ) {}

  /** All of this lab, stopped ones too. */
  list(kind?: Kind): Promise<ContainerSummary[]> {
    const label = [`${LABELS.lab}=${this.names.lab}`, ...(kind ? [`${LABELS.kind}=${kind}`] : [])];
    return listContainers(this.docker, { label });
  }

  find(id: string): Promise<Container | undefined> {
    return this.docker.find<Container>(`/containers/${this.names.container(id)}/json`);
  }

  /**
   * The container of this name, if it is whole and of this instance. Another instance's, or one cut off before its files were in it, is
   * removed. Somebody else's is an error.
   */
  async adopt(id: string, instance: string): Promise<Container | undefined> {
    const found = await this.find(id);
    if (!found) return undefined;
    const labels = found.Config.Labels ?? {};
    if (labels[LABELS.lab] !== this.names.lab) {
      throw new Error(
        `the container name "${this.names.container(id)}" is taken: it is not of lab "${this.names.lab}"`,
      );
    }
    if (found.State.Status !== "created" && labels[LABELS.instance] === instance) return found;
    await removeContainer(this.docker, found.Id);
    return undefined;
  }

  async createMachine(machine: Machine): Promise<Container> {
    const hostname = hostName(machine.name);
    const body = nodeContainerBody({
      image: this.image,
      hostname,
      labels: this.labels("machine", machine.id, instanceOf(machine)),
      limits: await limits(this.docker, machine.cpus, machine.memoryMiB),
      more: {
        Dns: [INTERNET.dns],
        ExtraHosts: [`${hostname}:127.0.1.1`], // as Debian's own images do
        DeviceCgroupRules: VOLUME_RULES,
      },
    });
    return this.start(machine.id, body, [
      { path: `${SEED}/user-data`, content: userDataBytes(machine.userData), mode: 0o600 },
      { path: `${SEED}/meta-data`, content: JSON.stringify(machine.metaData), mode: 0o600 },
    ]);
  }

  async createBalancer(balancer: Balancer, config: string): Promise<Container> {
    const body = {
      Image: this.image,
      Entrypoint: ["haproxy", "-W", "-f", BALANCER_CONFIG],
      Hostname: hostName(balancer.id),
      Labels: this.labels("balancer", balancer.id, ""),
      StopSignal: "SIGTERM",
      HostConfig: {
        NetworkMode: "none",
        RestartPolicy: { Name: "unless-stopped" },
        LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "1" } },
      },
    };
    return this.start(balancer.id, body, [{ path: BALANCER_CONFIG, content: config, mode: 0o644 }]);
  }

  /** Gives a running balancer another configuration; connections go on. */
  async reconfigure(container: Container, config: string): Promise<void> {
    await this.docker.upload(container.Id, [{ path: BALANCER_CONFIG, content: config, mode: 0o644 }]);
    if (container.State.Running)
      await this.docker.post(`/containers/${container.Id}/kill`, undefined, { signal: "SIGUSR2" });
  }

  /** Sets a machine's size, if it has another. */
  async resize(container: Container, machine: Machine): Promise<void> {
    const wanted = (await limits(this.docker, machine.cpus, machine.memoryMiB)) as {
      NanoCpus?: number;
      Memory?: number;
    };
    const { NanoCpus, Memory } = container.HostConfig;
    if ((wanted.NanoCpus ?? 0) === NanoCpus && (wanted.Memory ?? 0) === Memory) return;
    await this.docker.post(`/containers/${container.Id}/update`, wanted);
  }

  remove(id: string): Promise<void> {
    return removeContainer(this.docker, id);
  }

  private async start(id: string, body: object, files: Parameters<Docker["upload"]>[1]): Promise<Container> {
    await requireImage(this.docker, this.image);
    const name = this.names.container(id);
    return orAgain(async () => {
      const made = await createContainer(this.docker, { name, body, files: [...files] });
      return startNew(this.docker, made, name);
    });
  }

  private labels(kind: Kind, id: string, instance: string): Record<string, string> {
    return { [LABELS.lab]: this.names.lab, [LABELS.kind]: kind, [LABELS.id]: id, [LABELS.instance]: instance };
  }
}

/** cloud-init's name for this machine, as long as it is the same one. */
export function instanceOf(machine: Machine): string {
  const id = machine.metaData["instance-id"];
  return typeof id === "string" ? id : machine.id;
}

/** A machine's name as the kernel takes it. */
export function hostName(name: string): string {
  const plain = name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .slice(0, 63);
  return plain.replace(/^-+|-+$/g, "") || "machine";
}
