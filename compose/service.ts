import { readBuild } from "./builds";
import { readReferences } from "./content";
import { type Deploy, readDeploy } from "./deploy";
import { readEnvironment } from "./environment";
import type { Field } from "./fields";
import { rewriteImage } from "./images";
import { HANDLED_KEYS, IGNORED_KEYS, PLAIN_KEYS, REFUSED_KEYS } from "./keys";
import { readAttachments } from "./networks";
import { readExpose, readPorts } from "./ports";
import { decideRouting, type Routing } from "./routes";
import type { Build, Json, JsonObject, RenderInput } from "./types";
import { type Mounts, readMounts, type Volumes } from "./volumes";

const SERVICE_NAME = /^[a-zA-Z0-9][a-zA-Z0-9_-]*$/;
const SERVICE_KEYS = [
  ...Object.keys(PLAIN_KEYS),
  ...HANDLED_KEYS,
  ...Object.keys(IGNORED_KEYS),
  ...Object.keys(REFUSED_KEYS),
];

/** What the top level declares, for services to refer to. */
export interface Declared {
  services: readonly string[];
  networks: readonly string[];
  configs: readonly string[];
  secrets: readonly string[];
  volumes: Volumes;
}

/** A service as the compose file has it, checked; what Swarm is to make of it is not decided yet. */
export interface Service {
  name: string;
  field: Field;
  image: string;
  build: Build | undefined;
  /** Keys that go into the stack file as they were read. */
  plain: JsonObject;
  environment: Record<string, string>;
  /** Labels of its containers, those of routing left out. */
  labels: Record<string, string>;
  deploy: Deploy;
  mounts: Mounts;
  networks: JsonObject | undefined;
  configs: Json[];
  secrets: Json[];
  expose: string[];
  routing: Routing;
}

/** Reads one service; undefined if it is not to run here (`profiles`). */
export function readService(name: string, field: Field, declared: Declared, input: RenderInput): Service | undefined {
  const fields = field.object(SERVICE_KEYS);
  if (!SERVICE_NAME.test(name)) field.error("a service's name has letters, digits, - and _ only");
  if (name.length + input.stackName.length > 62)
    field.error(`"${input.stackName}_${name}" is longer than the 63 characters of a host name`);
  if (fields.get("profiles")?.texts().length) {
    fields.get("profiles")?.warn("services with profiles are for docker compose --profile; it is not deployed");
    return undefined;
  }
  for (const [key, field] of fields) {
    const ignored = IGNORED_KEYS[key];
    if (ignored !== undefined) field.warn(`Swarm ignores it; ${ignored}`);
    const refused = REFUSED_KEYS[key];
    if (refused !== undefined) field.error(`is not supported; ${refused}`);
  }
  checkDependencies(fields.get("depends_on"), declared.services);
  checkNetworkMode(fields.get("network_mode"));
  const buildField = fields.get("build");
  const build = buildField === undefined || buildField.empty ? undefined : readBuild(name, buildField, input);
  const imageField = fields.get("image");
  const image =
    build?.image ??
    (imageField === undefined || buildField !== undefined
      ? ""
      : rewriteImage(imageField.text() ?? "", input.imageRewrite));
  if (imageField === undefined && buildField === undefined) field.error("needs image or build");
  const deploy = readDeploy(fields);
  const labels = labelMap(fields.get("labels"), deploy);
  const ports = fields.get("ports");
  const expose = fields.get("expose");
  const routable = {
    name,
    field,
    labels,
    ports: ports === undefined ? [] : readPorts(ports),
    expose: expose === undefined ? [] : readExpose(expose),
  };
  const mounts = readMounts(fields.get("volumes"), fields.get("tmpfs"), declared.volumes);
  const shm = fields.get("shm_size")?.bytes();
  // Swarm has no shm_size, but takes a mount in its place.
  if (shm !== undefined) mounts.mounts.push({ type: "tmpfs", target: "/dev/shm", tmpfs: { size: shm } });
  const routing = decideRouting(routable, input);
  const owned = (fields.get("labels")?.pairs() ?? []).filter(([key]) => !key.startsWith("storm.route"));
  return {
    name,
    field,
    image,
    build,
    plain: readPlain(fields),
    environment: readEnvironment(fields.get("env_file"), fields.get("environment"), input),
    labels: Object.fromEntries(owned.map(([key, value]) => [key, value ?? ""])),
    deploy,
    mounts,
    networks: readAttachments(fields.get("networks"), declared.networks),
    configs: readList(fields.get("configs"), (list) => readReferences(list, "config", declared.configs)),
    secrets: readList(fields.get("secrets"), (list) => readReferences(list, "secret", declared.secrets)),
    expose: exposed(routable.expose, routable.ports, routing),
    routing,
  };
}

function readPlain(fields: ReadonlyMap<string, Field>): JsonObject {
  const plain: JsonObject = {};
  for (const [key, read] of Object.entries(PLAIN_KEYS)) {
    const field = fields.get(key);
    const value = field === undefined || field.empty ? undefined : read(field);
    if (value !== undefined) plain[key] = value;
  }
  return plain;
}

function readList(field: Field | undefined, read: (field: Field) => Json[]): Json[] {
  return field === undefined ? [] : read(field);
}

/** Routing labels may stand at the service or, as with other ingresses for Swarm, under `deploy`. */
function labelMap(own: Field | undefined, deploy: Deploy): ReadonlyMap<string, { value: string; field: Field }> {
  const pairs: [string, string | undefined, Field][] = [...deploy.labels, ...(own?.pairs() ?? [])];
  return new Map(pairs.map(([key, value, field]) => [key, { value: value ?? "", field }]));
}

/** Every port the service listens on, as far as the file says; a stack file's own `expose:` never reaches the container. */
function exposed(expose: string[], ports: { target: number; protocol: string }[], routing: Routing): string[] {
  const published = ports.map((port) =>
    port.protocol === "tcp" ? String(port.target) : `${port.target}/${port.protocol}`,
  );
  return [...new Set([...routing.routes.map((route) => String(route.port)), ...published, ...expose])];
}

function checkDependencies(field: Field | undefined, services: readonly string[]): void {
  if (field === undefined || field.empty) return;
  const names =
    field.node.kind === "list"
      ? field.items().map((item): [string, Field] => [item.text() ?? "", item])
      : field.entries();
  for (const [name, item] of names)
    if (!services.includes(name)) item.error(`there is no service "${name}"`, services, name);
  field.warn(
    `Swarm ignores it: services start in any order and must wait for ${names.map(([name]) => name).join(", ")} by themselves`,
  );
}

function checkNetworkMode(field: Field | undefined): void {
  const mode = field?.text();
  if (mode === undefined || mode === "bridge" || mode === "default") return;
  if (mode === "host")
    field?.warn(`Swarm ignores it; for the node's own network use "networks: {host: {external: true, name: host}}"`);
  else
    field?.error(
      `"${mode}" is not supported: Swarm would give the service a network all the same; use networks with internal: true`,
    );
}
