import { compact } from "./deploy";
import { edgeKey } from "./networks";
import type { Service } from "./service";
import type { Json, JsonObject, RenderInput } from "./types";

const STOP_GRACE_PERIOD = "20s";
/** How long a new task is watched before the update goes on; a failure within it rolls back. */
const MONITOR = "10s";

/** A service as the stack file has it: what Swarm needs added, and the defaults that make an update safe. */
export function stackService(service: Service, input: RenderInput): JsonObject {
  const ports = servicePorts(service, input);
  return compact({
    image: service.image,
    ...service.plain,
    stop_grace_period: service.plain["stop_grace_period"] ?? STOP_GRACE_PERIOD,
    environment: unlessEmpty(service.environment),
    labels: unlessEmpty({ ...service.labels, ...stormLabels(service) }),
    ports: ports.length === 0 ? undefined : ports,
    volumes: service.mounts.mounts.length === 0 ? undefined : service.mounts.mounts,
    networks: serviceNetworks(service, input),
    configs: service.configs.length === 0 ? undefined : service.configs,
    secrets: service.secrets.length === 0 ? undefined : service.secrets,
    deploy: deploySection(service, ports.length > 0, input),
  });
}

function unlessEmpty(values: Record<string, string>): JsonObject | undefined {
  return Object.keys(values).length === 0 ? undefined : values;
}

/** On the container, where the node's registrator reads them. */
function stormLabels(service: Service): Record<string, string> {
  const [route] = service.routing.routes;
  const hosts = service.routing.routes.map(({ host }) => host).join(",");
  return {
    ...(service.expose.length === 0 ? {} : { "storm.expose": service.expose.join(",") }),
    ...(route === undefined ? {} : { "storm.route.host": hosts, "storm.route.port": String(route.port) }),
    ...(route === undefined || route.path === "/" ? {} : { "storm.route.path": route.path }),
  };
}

function servicePorts(service: Service, input: RenderInput): Json[] {
  return service.routing.published.map((port) => {
    const wanted = port.mode ?? "ingress";
    const mode = input.capabilities.ipvs ? wanted : "host";
    if (port.mode === "ingress" && mode === "host")
      port.field.warn("the nodes' kernel has no IP_VS: published in host mode instead");
    if (port.published !== undefined) {
      const where = mode === "host" ? "each node that runs it" : "every node";
      port.field.warn(
        `published as port ${port.published} of ${where}, for the cluster and its admins: the firewall opens 80 and 443 only`,
      );
    }
    return compact({ target: port.target, published: port.published, protocol: port.protocol, mode });
  });
}

function serviceNetworks(service: Service, input: RenderInput): JsonObject {
  const own = service.networks ?? { default: {} };
  return service.routing.routes.length === 0 ? own : { ...own, [edgeKey(input)]: {} };
}

function deploySection(service: Service, publishes: boolean, input: RenderInput): JsonObject {
  const { deploy, mounts } = service;
  // Two tasks at once on one volume corrupt data; two on one host port never start.
  const order = mounts.stateful || publishes ? "stop-first" : "start-first";
  const dnsrr = deploy.endpointMode === "dnsrr" || !input.capabilities.ipvs;
  const labels = deploy.labels.filter(([key]) => !key.startsWith("storm.route"));
  return compact({
    mode: deploy.mode,
    replicas: deploy.mode === "global" ? undefined : (deploy.replicas ?? 1),
    endpoint_mode: dnsrr ? "dnsrr" : undefined,
    labels: unlessEmpty(Object.fromEntries(labels.map(([key, value]) => [key, value]))),
    update_config: { parallelism: 1, order, failure_action: "rollback", monitor: MONITOR, ...deploy.update },
    rollback_config: { parallelism: 1, order, failure_action: "pause", monitor: MONITOR, ...deploy.rollback },
    restart_policy: { condition: "any", delay: "2s", ...deploy.restart },
    resources: Object.keys(deploy.resources).length === 0 ? undefined : deploy.resources,
    placement: placement(service, input),
  });
}

function placement(service: Service, input: RenderInput): JsonObject | undefined {
  const { deploy, mounts } = service;
  const constraints = [...deploy.constraints];
  if (mounts.local.length > 0 && deploy.mode === "replicated") {
    if (constraints.length === 0) constraints.push(`node.labels.storm.node == ${input.volumeNode}`);
    if ((deploy.replicas ?? 1) > 1) {
      service.field.warn(
        `${deploy.replicas} replicas with volume ${mounts.local.join(", ")}: volumes are of one node, so those on a node share it and others do not see it`,
      );
    }
  }
  // storm.yml's role: data means "only tasks that ask for it"; a global service asks for every node.
  if (constraints.length === 0 && deploy.mode === "replicated") constraints.push("node.labels.storm.role != data");
  const result = { ...(constraints.length === 0 ? {} : { constraints }), ...deploy.placement };
  return Object.keys(result).length === 0 ? undefined : result;
}
