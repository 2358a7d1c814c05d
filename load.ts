import * as fs from "node:fs";
import * as path from "node:path";
import { IMAGE_CACHE_HOST, IMAGE_CACHE_PORT } from "./boot/node-config";
import { servesPage } from "./boot/services-page";
import { EDGE_NETWORK } from "./boot/system-stacks";
import { writeContext } from "./compose/context";
import { type LoadedStack, type LoadInput, loadStack } from "./compose/load";
import { unreachable } from "./plan/admins";
import type { Before } from "./plan/before";
import { pinned } from "./plan/lock";
import { checkOwnCertificate, type OwnCertificate } from "./plan/own-certificate";
import { makePlan } from "./plan/plan";
import type { Plan, StackPlan } from "./plan/types";
import { errorAt } from "./spec/error-at";
import { formatIssue, type Issue, sortIssues, SpecError } from "./spec/errors";
import { type Lock, LOCK_FILE, parseLock } from "./spec/lock";
import { notYetDeployable } from "./spec/not-yet";
import { examineSpec, readSpec, type SpecSettings } from "./spec/read";
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
 * @throws SpecError with every error of storm.yml, or of its compose files.
 */
export function loadAll(settings: LoadSettings, spec = loadSpec(settings)): Loaded {
  const file = path.resolve(settings.directory, settings.file);
  const { plan } = makePlan(spec, {
    env: settings.env,
    lock: readLock(path.dirname(file), settings),
    before: settings.before,
  });
  const rendered = renderAll(plan, settings);
  const errors = rendered.issues.filter(({ severity }) => severity === "error");
  if (errors.length > 0) throw new SpecError(errors);
  const stacks = rendered.stacks.map((stack) => ({ ...stack, contexts: packAll(stack, settings) }));
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
    ...stacks.flatMap((stack) => stack.warnings.map(formatIssue)),
  ];
  return { plan, stacks, certificate: own?.certificate, warnings: [...plan.warnings, ...more] };
}

/**
 * Everything that is wrong with storm.yml and its compose files in one go, and what to look at besides. Where storm.yml itself is
 * wrong, its compose files are looked at all the same, as far as it says which they are. Builds and makes nothing.
 * @throws Error when there is no storm.yml, or storm.lock can not be read
 */
export function examineAll(settings: Omit<LoadSettings, "buildDirectory" | "before">): Issue[] {
  const { spec, composeOnly, issues } = examineSpec(settings);
  const known = spec ?? composeOnly;
  if (known === undefined) return issues;
  const directory = path.dirname(path.resolve(settings.directory, settings.file));
  const more = issuesOf(() => {
    const { plan } = makePlan(known, { env: settings.env, lock: readLock(directory, settings) });
    const { stacks, issues: ofStacks } = renderAll(plan, settings);
    const ofCertificate = issuesOf(() => void (spec && ownCertificate(spec, plan, stacks, directory)));
    return [...(spec === undefined ? [] : notYetDeployable(spec)), ...ofStacks, ...ofCertificate];
  });
  return sortIssues([...issues, ...more]);
}

/** What is wrong, however it is said. */
function issuesOf(look: () => Issue[] | void): Issue[] {
  try {
    return look() ?? [];
  } catch (error) {
    if (error instanceof SpecError) return [...error.issues];
    throw error;
  }
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
function ownCertificate(spec: Spec, plan: Plan, stacks: readonly Rendered[], directory: string) {
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
function sharedAddresses(stacks: readonly Rendered[]): Issue[] {
  const seen = new Map<string, { stack: string; service: string }>();
  return stacks.flatMap(({ name: stack, routes, origin }) =>
    routes.flatMap(({ service, host, path: prefix }) => {
      const other = seen.get(host + prefix) ?? { stack, service };
      seen.set(host + prefix, other);
      if (other.stack === stack) return [];
      const both = `${other.stack}/${other.service} and ${stack}/${service}`;
      const message = `${both} would both answer at https://${host}${prefix}; give one of them another storm.route.host`;
      return [{ severity: "error", ...origin, message }];
    }),
  );
}

/** storm.lock beside storm.yml. Without a way out the images are built here: no publisher's digest is theirs. */
function readLock(
  directory: string,
  { directory: from, offline }: Pick<LoadSettings, "directory" | "offline">,
): Lock | undefined {
  const file = path.join(directory, LOCK_FILE);
  if (!fs.existsSync(file)) return undefined;
  const lock = parseLock(fs.readFileSync(file, "utf8"), path.relative(from, file));
  return offline ? { ...lock, containers: {} } : lock;
}

/** A stack before anything of it is packed, and where storm.yml names it. */
type Rendered = Omit<RenderedStack, "contexts"> & { origin: LoadInput["origin"] };
type RenderSettings = Pick<LoadSettings, "directory" | "file" | "ipvs" | "offline">;

function renderAll(plan: Plan, settings: RenderSettings): { stacks: Rendered[]; issues: Issue[] } {
  const stacks = plan.stacks.map((stack) => renderOne(stack, plan, settings));
  const own = stacks.flatMap(({ errors, warnings }) => [...errors, ...warnings]);
  return { stacks, issues: sortIssues([...own, ...sharedAddresses(stacks)]) };
}

function renderOne(stack: StackPlan, plan: Plan, { directory, file, ipvs, offline }: RenderSettings): Rendered {
  const stormYml = path.resolve(directory, file);
  const place = { file: path.relative(directory, stormYml), line: stack.line, column: stack.column };
  const origin = { place, path: `compose/${stack.name}` };
  const loaded = loadStack(path.dirname(stormYml), stack.file, {
    stackName: stack.name,
    scale: stack.scale,
    domain: stack.domain,
    ownNames: plan.ownNames,
    capabilities: { ipvs },
    registry: `${plan.registry.host}:${plan.registry.port}`,
    // Docker Hub's images come by the engine's own mirror setting; without a way out the cache holds the others too.
    imageRewrite: offline
      ? { "ghcr.io": `${IMAGE_CACHE_HOST}:${IMAGE_CACHE_PORT}/ghcr.io` }
      : (image) => pinned(image, plan.lock),
    overlayMtu: plan.network.overlayMtu,
    volumeNode: plan.volumeNode,
    edgeNetwork: EDGE_NETWORK,
    origin,
    namesFrom: directory,
  });
  return { ...loaded, name: stack.name, origin };
}

function packAll(stack: Rendered, { buildDirectory }: LoadSettings): PackedContext[] {
  return stack.builds.map((build) => {
    const hash = build.image.slice(build.image.lastIndexOf(":") + 1);
    // A dot is in none of the names: the node finds a stack's archives by it (storm_images.py).
    const archive = `${stack.name}.${build.service}.${hash}.tar.gz`;
    const localPath = path.join(buildDirectory, archive);
    if (!fs.existsSync(localPath)) writeContext(stack.projectDirectory, build, localPath);
    // What nobody used for a day is removed (tools/old-builds.ts).
    else fs.utimesSync(localPath, new Date(), new Date());
    return { service: build.service, localPath, remotePath: `/var/lib/storm/builds/${archive}` };
  });
}
