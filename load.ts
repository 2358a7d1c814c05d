import * as fs from "node:fs";
import * as path from "node:path";
import { IMAGE_CACHE_HOST, IMAGE_CACHE_PORT } from "./boot/node-config";
import { servesPage } from "./boot/services-page";
import { EDGE_NETWORK } from "./boot/system-stacks";
import { writeContext } from "./compose/context";
import { type LoadedStack, loadStack } from "./compose/load";
import { unreachable } from "./plan/admins";
import type { Before } from "./plan/before";
import { pinned } from "./plan/lock";
import { checkOwnCertificate, type OwnCertificate } from "./plan/own-certificate";
import { makePlan } from "./plan/plan";
import type { Plan, StackPlan } from "./plan/types";
import { errorAt } from "./spec/error-at";
import { SpecError } from "./spec/errors";
import { type Lock, LOCK_FILE, parseLock } from "./spec/lock";
import { notYetDeployable } from "./spec/not-yet";
import { readSpec, type SpecSettings } from "./spec/read";
import type { Spec } from "./spec/spec";
import { priceAgeWarnings, unknownPriceWarnings } from "./spec/sizes/price";

/** Where user's files are read from, and what stack config says about them. */
export interface LoadSettings extends SpecSettings {
  /** Whether the nodes' kernel has IP_VS. */
  ipvs: boolean;
  /** Whether images come from the image cache alone (package registries only). */
  offline: boolean;
  /** What is there already; default: nothing. */
  before?: Before;
  /** Folder for build contexts, made when missing. */
  buildDirectory: string;
}

/** An archive that a build needs, here and on the node. */
export interface PackedContext {
  service: string;
  localPath: string;
  remotePath: string;
}

/** A compose stack, read and rendered: everything that is deployed is known before anything is created. */
export interface RenderedStack extends LoadedStack {
  name: string;
  contexts: PackedContext[];
}

/** Everything that the user's files say. */
export interface Loaded {
  plan: Plan;
  stacks: RenderedStack[];
  /** With `tls: {certificate: ..., key: ...}`. */
  certificate: OwnCertificate | undefined;
  warnings: string[];
}

/**
 * storm.yml -> Plan and rendered stacks.
 * @param spec what was read of storm.yml already; default: it is read
 * @throws SpecError with every error of storm.yml, Error with every error of its compose files.
 */
export function loadAll(settings: LoadSettings, spec = loadSpec(settings)): Loaded {
  const file = path.resolve(settings.directory, settings.file);
  const { plan } = makePlan(spec, {
    env: settings.env,
    lock: readLock(path.dirname(file), settings),
    before: settings.before,
  });
  const stacks = plan.stacks.map((stack) => renderOne(stack, plan, { ...settings, file }));
  const errors = [...stacks.flatMap((stack) => stack.errors), ...sharedAddresses(stacks)];
  if (errors.length > 0) throw new Error(errors.join("\n"));
  const prices = [
    ...priceAgeWarnings(
      plan.sites.map((site) => site.provider),
      new Date(),
    ),
    ...unknownPriceWarnings(plan.sites),
  ];
  const own = ownCertificate(spec, plan, stacks, path.dirname(file));
  const open = unreachable(plan);
  const more = [
    ...(open === undefined ? [] : [open]),
    ...prices,
    ...(own?.warnings ?? []),
    ...stacks.flatMap((stack) => stack.warnings),
  ];
  return { plan, stacks, certificate: own?.certificate, warnings: [...plan.warnings, ...more] };
}

/**
 * storm.yml alone.
 * @throws SpecError with every error of it.
 */
export function loadSpec(settings: SpecSettings): Spec {
  const spec = readSpec(settings);
  const later = notYetDeployable(spec);
  if (later.length > 0) throw new SpecError(later);
  return spec;
}

/** @throws SpecError when it cannot be served. */
function ownCertificate(spec: Spec, plan: Plan, stacks: readonly RenderedStack[], directory: string) {
  if (plan.tls.from !== "files") return undefined;
  const [certPem, keyPem] = (["certificate", "key"] as const).map((key) => {
    const name = plan.tls.from === "files" ? plan.tls[key] : "";
    try {
      return fs.readFileSync(path.resolve(directory, name), "utf8");
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      const reason = code === "ENOENT" ? "there is no such file" : `cannot be read (${code ?? "unknown"})`;
      throw new SpecError([errorAt(spec.source, ["tls", key], `${reason}: ${path.resolve(directory, name)}`)]);
    }
  });
  const certificate = { certPem: certPem ?? "", keyPem: keyPem ?? "" };
  const hosts = new Set(stacks.flatMap((stack) => stack.routes.map((route) => route.host)));
  if (servesPage(plan)) for (const name of plan.ownNames) hosts.add(name);
  const { errors, warnings } = checkOwnCertificate(spec, certificate, [...hosts], new Date());
  if (errors.length > 0) throw new SpecError(errors);
  return { certificate, warnings };
}

/** Addresses at which services of two stacks would answer; within one stack compose/render.ts finds them. */
function sharedAddresses(stacks: readonly RenderedStack[]): string[] {
  const seen = new Map<string, { stack: string; service: string }>();
  return stacks.flatMap(({ name: stack, routes }) =>
    routes.flatMap(({ service, host, path: prefix }) => {
      const other = seen.get(host + prefix) ?? { stack, service };
      seen.set(host + prefix, other);
      if (other.stack === stack) return [];
      const both = `${other.stack}/${other.service} and ${stack}/${service}`;
      return [
        `compose: ${both} would both answer at https://${host}${prefix}; give one of them another storm.route.host`,
      ];
    }),
  );
}

/** storm.lock beside storm.yml. Without a way out the images are built here: no publisher's digest is theirs. */
function readLock(directory: string, { directory: from, offline }: LoadSettings): Lock | undefined {
  const file = path.join(directory, LOCK_FILE);
  if (!fs.existsSync(file)) return undefined;
  const lock = parseLock(fs.readFileSync(file, "utf8"), path.relative(from, file));
  return offline ? { ...lock, containers: {} } : lock;
}

function renderOne(stack: StackPlan, plan: Plan, settings: LoadSettings): RenderedStack {
  const loaded = loadStack(path.dirname(settings.file), stack.file, {
    stackName: stack.name,
    scale: stack.scale,
    domain: stack.domain,
    ownNames: plan.ownNames,
    capabilities: { ipvs: settings.ipvs },
    registry: `${plan.registry.host}:${plan.registry.port}`,
    // Docker Hub's images come by the engine's own mirror setting; without a way out the cache holds the others too.
    imageRewrite: settings.offline
      ? { "ghcr.io": `${IMAGE_CACHE_HOST}:${IMAGE_CACHE_PORT}/ghcr.io` }
      : (image) => pinned(image, plan.lock),
    overlayMtu: plan.network.overlayMtu,
    volumeNode: plan.volumeNode,
    edgeNetwork: EDGE_NETWORK,
    origin: `${path.relative(settings.directory, settings.file)}:${stack.line}:${stack.column} compose/${stack.name}`,
  });
  return { ...loaded, name: stack.name, contexts: loaded.errors.length > 0 ? [] : packAll(stack, loaded, settings) };
}

function packAll(stack: StackPlan, loaded: LoadedStack, { buildDirectory }: LoadSettings): PackedContext[] {
  return loaded.builds.map((build) => {
    const hash = build.image.slice(build.image.lastIndexOf(":") + 1);
    // A dot is in none of the names: the node finds a stack's archives by it (storm_images.py).
    const archive = `${stack.name}.${build.service}.${hash}.tar.gz`;
    const localPath = path.join(buildDirectory, archive);
    if (!fs.existsSync(localPath)) writeContext(loaded.projectDirectory, build, localPath);
    // What nobody used for a day is removed (tools/old-builds.ts).
    else fs.utimesSync(localPath, new Date(), new Date());
    return { service: build.service, localPath, remotePath: `/var/lib/storm/builds/${archive}` };
  });
}
