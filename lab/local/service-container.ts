/** Inputs of a service and the container that they come to. */
import * as z from "zod";
import type { TarFile } from "./tar";

const portSchema = z.strictObject({
  name: z.string().min(1),
  container: z.number().int().min(1).max(65535),
  preferred: z.array(z.number().int().min(1).max(65535)),
});

const mountSchema = z.strictObject({
  source: z.string().min(1),
  target: z.string().startsWith("/"),
  readOnly: z.boolean().optional(),
});

export const serviceSchema = z.strictObject({
  name: z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/, "must be a Docker container name"),
  network: z.string().min(1),
  cluster: z.string().min(1),
  image: z.string().min(1),
  command: z.array(z.string()).optional(),
  entrypoint: z.array(z.string()).optional(),
  environment: z.record(z.string(), z.string()).optional(),
  files: z.record(z.string().startsWith("/", "must be an absolute path"), z.string()).optional(),
  reloadSignal: z
    .string()
    .regex(/^SIG[A-Z0-9+-]+$/, 'must be a signal, e.g. "SIGHUP"')
    .optional(),
  addressIndex: z.number().int().min(2).max(254).optional(),
  publish: z.array(portSchema).optional(),
  mounts: z.array(mountSchema).optional(),
  memoryMiB: z.number().int().min(6).optional(),
});

export type ServiceInputs = z.infer<typeof serviceSchema>;

/** What a service's container is made from. */
export interface ServiceContainer {
  inputs: ServiceInputs;
  /** Chosen port on 127.0.0.1 by name. */
  ports: Record<string, number>;
  address: string;
  labels: Record<string, string>;
  limits: object;
}

/** Body of Docker's container creation for a service. */
export function serviceBody({ inputs, ports, address, labels, limits }: ServiceContainer): object {
  const bindings: Record<string, { HostIp: string; HostPort: string }[]> = {};
  for (const { name, container } of inputs.publish ?? []) {
    (bindings[`${container}/tcp`] ??= []).push({ HostIp: "127.0.0.1", HostPort: String(ports[name]) });
  }
  return {
    Image: inputs.image,
    Cmd: inputs.command,
    Entrypoint: inputs.entrypoint,
    Env: Object.entries(inputs.environment ?? {}).map(([name, value]) => `${name}=${value}`),
    Labels: labels,
    ExposedPorts: Object.fromEntries(Object.keys(bindings).map((port) => [port, {}])),
    HostConfig: {
      NetworkMode: inputs.network,
      RestartPolicy: { Name: "unless-stopped" },
      PortBindings: bindings,
      Mounts: (inputs.mounts ?? []).map(({ source, target, readOnly = false }) => ({
        Type: source.startsWith("/") ? "bind" : "volume",
        Source: source,
        Target: target,
        ReadOnly: readOnly,
      })),
      LogConfig: { Type: "json-file", Config: { "max-size": "10m", "max-file": "1" } },
      ...limits,
    },
    NetworkingConfig: { EndpointsConfig: { [inputs.network]: { IPAMConfig: { IPv4Address: address } } } },
  };
}

/**
 * Files of a service. Readable by whichever user its process runs as: nobody else is in that container, and Docker's
 * own folder on the host is closed to all but root.
 */
export function serviceFiles(inputs: ServiceInputs): TarFile[] {
  return Object.entries(inputs.files ?? {}).map(([path, content]) => ({ path, content, mode: 0o644 }));
}
