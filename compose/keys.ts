import { compact } from "./deploy";
import type { Field } from "./fields";
import type { Json, JsonObject } from "./types";

type Reader = (field: Field) => Json | undefined;

/** Keys of a service that mean in Swarm what they mean in Compose, and how each is read. */
export const PLAIN_KEYS: Readonly<Record<string, Reader>> = {
  cap_add: (field) => field.texts(),
  cap_drop: (field) => field.texts(),
  command: (field) => field.textOrTexts(),
  dns: (field) => field.oneOrMore(),
  dns_search: (field) => field.oneOrMore(),
  entrypoint: (field) => field.textOrTexts(),
  extra_hosts: extraHosts,
  healthcheck,
  hostname: (field) => field.text(),
  init: (field) => field.boolean(),
  logging,
  read_only: (field) => field.boolean(),
  stdin_open: (field) => field.boolean(),
  stop_grace_period: (field) => field.duration(),
  stop_signal: (field) => field.text(),
  sysctls: (field) => field.map(),
  tty: (field) => field.boolean(),
  ulimits,
  user: (field) => field.text(),
  working_dir: (field) => field.text(),
};

/** Keys that other modules read. */
export const HANDLED_KEYS: readonly string[] = [
  ...[
    "build",
    "configs",
    "cpus",
    "depends_on",
    "deploy",
    "env_file",
    "environment",
    "expose",
    "image",
    "labels",
    "mem_limit",
  ],
  ...[
    "mem_reservation",
    "network_mode",
    "networks",
    "pids_limit",
    "ports",
    "profiles",
    "restart",
    "scale",
    "secrets",
    "shm_size",
    "tmpfs",
    "volumes",
  ],
];

/** Keys that Swarm has nothing for, and what to do instead. The service runs without them: a warning. */
export const IGNORED_KEYS: Readonly<Record<string, string>> = {
  annotations: "use labels",
  attach: "it is for docker compose up",
  blkio_config: "use deploy.resources",
  cgroup: "containers get a namespace of their own",
  cgroup_parent: "use deploy.resources",
  container_name: "tasks are named <stack>_<service>.<number>; other services reach it by the service's name",
  cpu_count: "use deploy.resources.limits.cpus",
  cpu_percent: "use deploy.resources.limits.cpus",
  cpu_period: "use deploy.resources.limits.cpus",
  cpu_quota: "use deploy.resources.limits.cpus",
  cpu_rt_period: "use deploy.resources.limits.cpus",
  cpu_rt_runtime: "use deploy.resources.limits.cpus",
  cpu_shares: "use deploy.resources.reservations.cpus",
  cpuset: "use a placement constraint",
  credential_spec: "it is for Windows",
  develop: "it is for docker compose watch",
  device_cgroup_rules: "Swarm tasks get no devices",
  devices: "Swarm tasks get no devices",
  dns_opt: "use dns or dns_search",
  domainname: "use hostname",
  external_links: "put both services on one external network",
  gpus: "Swarm tasks get no devices",
  group_add: "use user, or the group in the image",
  ipc: "containers get a namespace of their own",
  isolation: "it is for Windows",
  links: "services of a network reach each other by name",
  mac_address: "Swarm gives addresses",
  mem_swappiness: "use deploy.resources.limits.memory",
  memswap_limit: "use deploy.resources.limits.memory",
  oom_kill_disable: "use deploy.resources.limits.memory",
  oom_score_adj: "use deploy.resources.reservations.memory",
  pid: "containers get a namespace of their own",
  platform: "use a placement constraint on node.platform.arch",
  privileged: "Swarm runs no privileged containers; cap_add works",
  pull_policy: "each node pulls what it does not have",
  runtime: "the nodes' default runtime is used",
  security_opt: "no-new-privileges is the nodes' default, and Docker's seccomp profile holds",
  storage_opt: "use a volume",
  use_api_socket: "Swarm tasks get no Docker socket",
  userns_mode: "the nodes' setting holds",
  uts: "containers get a namespace of their own",
  label_file: "use labels",
};

/** Keys without which the service would not be what its author wrote: an error. */
export const REFUSED_KEYS: Readonly<Record<string, string>> = {
  extends: "copy the keys here, or share them with a YAML anchor and <<",
  models: "run the model as a service of its own",
  post_start: "do it in the image's entry point",
  pre_stop: "handle the stop signal in the container",
  provider: "run it as a service of its own",
  volumes_from: "name a volume at the top level and mount it in both services",
  volume_driver: "set the driver of the volume at the top level",
};

function extraHosts(field: Field): Json {
  // "host:1.2.3.4", and "host=1.2.3.4" as newer Compose writes it; Swarm's stack file knows the former.
  if (field.node.kind === "list") return field.texts().map((text) => text.replace(/^([^:=]+)=/, "$1:"));
  return field.pairs().map(([host, address]) => `${host}:${address ?? ""}`);
}

function healthcheck(field: Field): JsonObject {
  const fields = field.object(["disable", "interval", "retries", "start_interval", "start_period", "test", "timeout"]);
  fields.get("start_interval")?.warn("Docker 20.10 ignores it; interval holds from the start");
  const test = fields.get("test");
  const words = test?.textOrTexts();
  if (Array.isArray(words) && !["NONE", "CMD", "CMD-SHELL"].includes(words[0] ?? "")) {
    test?.error(`must begin with "CMD", "CMD-SHELL" or "NONE", or be a text`);
  }
  return compact({
    disable: fields.get("disable")?.boolean(),
    test: words,
    interval: fields.get("interval")?.duration(),
    timeout: fields.get("timeout")?.duration(),
    retries: fields.get("retries")?.integer(),
    start_period: fields.get("start_period")?.duration(),
  });
}

function logging(field: Field): JsonObject {
  const fields = field.object(["driver", "options"]);
  return compact({ driver: fields.get("driver")?.text(), options: fields.get("options")?.map() });
}

function ulimits(field: Field): JsonObject {
  const result: JsonObject = {};
  for (const [name, limit] of field.entries()) {
    if (limit.node.kind !== "map") {
      result[name] = limit.integer(-1) ?? null;
      continue;
    }
    const fields = limit.object(["soft", "hard"]);
    if (fields.size < 2) limit.error("needs both soft and hard");
    result[name] = compact({ soft: fields.get("soft")?.integer(-1), hard: fields.get("hard")?.integer(-1) });
  }
  return result;
}
