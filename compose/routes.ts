import type { Field } from "./fields";
import type { Port } from "./ports";
import type { RenderInput, Route } from "./types";

/**
 * Which services users reach, and how.
 *
 * - A service that publishes a port on which HTTP is spoken is routed: the ingress answers `https://<service>.<domain>` and forwards to that
 *   port, on every replica that is healthy. The port itself is then not published: 80 and 443 of every node are the ingress's.
 * - Any other published port stays one, as Swarm can (host mode where the kernel has no IP_VS).
 * - `expose:` alone is for the other services of the stack: in Consul, not routed.
 * - Labels decide otherwise: `storm.route: "true"` or `"false"`, `storm.route.host` (a word for `<word>.<domain>`, or a whole name;
 *   several with commas), `storm.route.port`, `storm.route.path` (a prefix). A port with `mode: host` is published as it says.
 */
export interface Routing {
  /** One for each host name; all of one service have the same port and path. */
  routes: Route[];
  /** Ports to publish. */
  published: Port[];
}

export interface Routable {
  name: string;
  field: Field;
  /** Labels of the service or its `deploy`, with their places. */
  labels: ReadonlyMap<string, { value: string; field: Field }>;
  ports: Port[];
  expose: string[];
}

const LABEL = "storm.route";
const KNOWN_LABELS = [LABEL, `${LABEL}.host`, `${LABEL}.port`, `${LABEL}.path`];
/** What web servers and development servers of the usual frameworks listen on. */
const HTTP_PORTS: ReadonlySet<number> = new Set([80, 1313, 3000, 3001, 3002, 4000, 4200, 5000, 5173]);
/** In the 8000s, but not plain HTTP: HTTPS and MQTT over TLS. */
const NOT_HTTP: ReadonlySet<number> = new Set([443, 8443, 8883]);
const HOST_LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** Decides for one service. */
export function decideRouting(service: Routable, input: RenderInput): Routing {
  for (const [label, { field }] of service.labels) {
    if (label.startsWith(`${LABEL}.`) && !KNOWN_LABELS.includes(label))
      field.error("unknown label", KNOWN_LABELS, label);
  }
  const candidates = service.ports.filter((port) => port.protocol === "tcp" && port.address === undefined);
  const port = routedPort(service, candidates);
  const path = service.labels.get(`${LABEL}.path`);
  if (path !== undefined && !/^\/[\w./~-]*$/.test(path.value))
    path.field.error(`must be a prefix such as /api, got "${path.value}"`);
  const hosts = port === undefined ? [] : routedHosts(service, input);
  const routes = hosts.map((host) => ({ service: service.name, host, port: port ?? 0, path: path?.value ?? "/" }));
  return { routes, published: service.ports.filter((candidate) => staysPublished(candidate, routes[0])) };
}

function routedPort(service: Routable, candidates: Port[]): number | undefined {
  const asked = service.labels.get(LABEL);
  if (asked !== undefined && asked.value !== "true" && asked.value !== "false")
    asked.field.error(`must be "true" or "false", got "${asked.value}"`);
  if (asked?.value === "false") return undefined;
  const label = service.labels.get(`${LABEL}.port`);
  if (label !== undefined) {
    const port = /^\d{1,5}$/.test(label.value) ? Number(label.value) : 0;
    return port > 0 && port < 65536 ? port : label.field.error(`must be a port of the container, got "${label.value}"`);
  }
  const first = candidates.find((port) => port.mode !== "host" && (port.http || speaksHttp(port.target)));
  const labelled = [...service.labels.keys()].some((key) => KNOWN_LABELS.includes(key));
  if (first !== undefined || !labelled) return first?.target;
  const exposed = service.expose.find((port) => /^\d+$/.test(port));
  const port = candidates[0]?.target ?? (exposed === undefined ? undefined : Number(exposed));
  return port ?? service.field.error(`is to be routed, but to which port? Say ${LABEL}.port: "8080" in its labels`);
}

function speaksHttp(port: number): boolean {
  return HTTP_PORTS.has(port) || (port >= 8000 && port <= 8999 && !NOT_HTTP.has(port));
}

function routedHosts(service: Routable, input: RenderInput): string[] {
  const label = service.labels.get(`${LABEL}.host`);
  if (label === undefined) return [`${hostWord(service.name)}.${input.domain}`];
  return label.value.split(",").map((text) => {
    const host = text.trim().toLowerCase();
    if (!host.split(".").every((word) => HOST_LABEL.test(word)))
      label.field.error(`must be a host name, got "${text}"`);
    if (!host.includes(".")) return `${host}.${input.domain}`;
    const covered = host.endsWith(`.${input.domain}`) && !host.slice(0, -input.domain.length - 1).includes(".");
    if (!covered && !input.ownNames?.includes(host))
      label.field.warn(`the stack's certificate covers *.${input.domain} only, not ${host}`);
    return host;
  });
}

/** A service's name as part of a host name. */
export function hostWord(name: string): string {
  return name
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, "-")
    .replace(/^-+|-+$/g, "");
}

function staysPublished(port: Port, route: Route | undefined): boolean {
  const routed = route !== undefined && port.target === route.port && port.protocol === "tcp" && port.mode !== "host";
  if (routed) return false;
  if (port.address !== undefined) {
    port.field.warn(
      `Swarm cannot publish on ${port.address} only and would open the port on every address; it is not published`,
    );
    return false;
  }
  if (port.published !== 80 && port.published !== 443) return true;
  if (port.protocol === "udp" || (route !== undefined && NOT_HTTP.has(port.target))) {
    port.field.warn(
      `port ${port.published} of the nodes is the ingress's, which ends TLS for this service; it is not published`,
    );
    return false;
  }
  port.field.error(
    `port ${port.published} of the nodes is the ingress's; name the port that speaks plain HTTP with label ${LABEL}.port, or publish another`,
  );
  return false;
}
