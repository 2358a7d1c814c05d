import { readContents } from "./content";
import { Diagnostics } from "./diagnostics";
import { parseDocument } from "./document";
import { Field } from "./fields";
import { interpolate } from "./interpolate";
import { edgeKey, overlay, readNetworks } from "./networks";
import { applyScale } from "./scale";
import { readService, type Service } from "./service";
import { stackService } from "./stack-service";
import type { Json, JsonObject, RenderInput, RenderResult } from "./types";
import { readVolumes } from "./volumes";

/** Newest format of Docker 20.10's `docker stack deploy`. */
const STACK_VERSION = "3.9";
const TOP_KEYS = ["version", "name", "services", "networks", "volumes", "configs", "secrets"];
const REFUSED_TOP: Readonly<Record<string, string>> = {
  include: "put the services into this file, or deploy the other file as a stack of its own",
  models: "run the model as a service of its own",
};

/**
 * Turns a compose file into a stack for Swarm. Pure: what it needs of the file system it asks `input` for. Never throws for
 * something in the file; `errors` has all of it.
 */
export function renderStack(input: RenderInput): RenderResult {
  const to = new Diagnostics(input.file.name);
  const root = rootField(input, to);
  const top = root?.object([...TOP_KEYS, ...Object.keys(REFUSED_TOP)]) ?? new Map<string, Field>();
  for (const [key, what] of Object.entries(REFUSED_TOP)) top.get(key)?.error(`is not supported; ${what}`);
  const configs = readContents(top.get("configs"), "config", input);
  const secrets = readContents(top.get("secrets"), "secret", input);
  const volumes = readVolumes(top.get("volumes"));
  const networks = readNetworks(top.get("networks"), input);
  const entries = top.get("services")?.entries() ?? [];
  if (root !== undefined && entries.length === 0) root.error(`has no services`);
  const declared = {
    services: entries.map(([name]) => name),
    networks: Object.keys(networks),
    configs: configs.keys,
    secrets: secrets.keys,
    volumes,
  };
  const services = entries.flatMap(([name, field]) => readService(name, field, declared, input) ?? []);
  checkHosts(services);
  const scaleProblems = applyScale(services, input);
  const rendered = Object.fromEntries(services.map((service) => [service.name, stackService(service, input)]));
  if (services.some((service) => usesDefault(service)) && networks["default"] === undefined)
    networks["default"] = overlay(input);
  if (services.some((service) => service.routing.routes.length > 0)) {
    networks[edgeKey(input)] = { external: true, name: input.edgeNetwork };
  }
  const stack: JsonObject = { version: STACK_VERSION, services: rendered };
  const sections = { networks, volumes: volumes.declared, configs: configs.declared, secrets: secrets.declared };
  for (const [key, section] of Object.entries(sections)) if (Object.keys(section).length > 0) stack[key] = section;
  return {
    stack: escapeDollars(stack) as JsonObject,
    builds: services.flatMap((service) => service.build ?? []),
    routes: services.flatMap((service) => service.routing.routes),
    configs: configs.create,
    secrets: secrets.create,
    images: [...new Set(services.map((service) => service.image))],
    spread: services.filter(mustSpread).map(({ name, deploy }) => ({ service: name, replicas: deploy.replicas ?? 1 })),
    hidden: to.secrets.words,
    warnings: [...to.get("warning"), ...scaleProblems.warnings],
    errors: [...to.get("error"), ...scaleProblems.errors],
  };
}

function rootField(input: RenderInput, to: Diagnostics): Field | undefined {
  const parsed = parseDocument(input.file.text, to);
  const start = { line: 1, column: 1 };
  if (parsed === undefined) {
    if (to.get("error").length === 0) to.error(start, "", "is empty");
    return undefined;
  }
  const node = interpolate(parsed, input.env, to);
  return node === undefined ? undefined : new Field(node, "", node.at, to);
}

/**
 * Users reach it, and it says nothing itself about where its replicas are: the death of one node must not take all of them, for
 * Swarm notices only after 13 to 33 s.
 */
function mustSpread({ routing, deploy, mounts }: Service): boolean {
  const free =
    deploy.constraints.length === 0 &&
    mounts.local.length === 0 &&
    !("max_replicas_per_node" in deploy.placement) &&
    // Not every node may have the room that is reserved.
    !("reservations" in deploy.resources);
  return routing.routes.length > 0 && deploy.mode === "replicated" && (deploy.replicas ?? 1) > 1 && free;
}

function usesDefault(service: Service): boolean {
  return service.networks === undefined || Object.hasOwn(service.networks, "default");
}

function checkHosts(services: readonly Service[]): void {
  const seen = new Map<string, string>();
  for (const { name, field, routing } of services) {
    for (const { host, path } of routing.routes) {
      const other = seen.get(host + path);
      if (other !== undefined)
        field.error(
          `would answer at https://${host}${path}, as ${other} does; give one of them another storm.route.host`,
        );
      seen.set(host + path, name);
    }
  }
}

/** `docker stack deploy` interpolates its input once more, with the manager's environment: a dollar sign must survive that. */
function escapeDollars(value: Json): Json {
  if (typeof value === "string") return value.replaceAll("$", "$$$$");
  if (Array.isArray(value)) return value.map(escapeDollars);
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escapeDollars(item)]));
}
