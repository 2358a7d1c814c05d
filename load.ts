import * as fs from "node:fs";
import * as path from "node:path";
import { IMAGE_CACHE_HOST, IMAGE_CACHE_PORT } from "./boot/node-config";
import { EDGE_NETWORK } from "./boot/system-stacks";
import { writeContext } from "./compose/context";
import { type LoadedStack, loadStack } from "./compose/load";
import { unreachable } from "./plan/admins";
import { makePlan } from "./plan/plan";
import type { Plan, StackPlan } from "./plan/types";
import { SpecError } from "./spec/errors";
import { notYetDeployable } from "./spec/not-yet";
import { readSpec, type SpecSettings } from "./spec/read";
import { priceAgeWarnings, unknownPriceWarnings } from "./spec/sizes/price";

/** Where user's files are read from, and what stack config says about them. */
export interface LoadSettings extends SpecSettings {
  /** Whether the nodes' kernel has IP_VS. */
  ipvs: boolean;
  /** Whether images come from the image cache alone (package registries only). */
  offline: boolean;
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

/**
 * storm.yml -> Plan and rendered stacks.
 * @throws SpecError with every error of storm.yml, Error with every error of its compose files.
 */
export function loadAll(settings: LoadSettings): { plan: Plan; stacks: RenderedStack[]; warnings: string[] } {
  const file = path.resolve(settings.directory, settings.file);
  const spec = readSpec(settings);
  const later = notYetDeployable(spec);
  if (later.length > 0) throw new SpecError(later);
  const { plan } = makePlan(spec, { env: settings.env });
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
  const open = unreachable(plan);
  return {
    plan,
    stacks,
    warnings: [
      ...plan.warnings,
      ...(open === undefined ? [] : [open]),
      ...prices,
      ...stacks.flatMap((stack) => stack.warnings),
    ],
  };
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

function renderOne(stack: StackPlan, plan: Plan, settings: LoadSettings): RenderedStack {
  const loaded = loadStack(path.dirname(settings.file), stack.file, {
    stackName: stack.name,
    scale: stack.scale,
    domain: stack.domain,
    capabilities: { ipvs: settings.ipvs },
    registry: `${plan.registry.host}:${plan.registry.port}`,
    // Docker Hub's images come by the engine's own mirror setting; without a way out the cache holds the others too.
    imageRewrite: settings.offline ? { "ghcr.io": `${IMAGE_CACHE_HOST}:${IMAGE_CACHE_PORT}/ghcr.io` } : {},
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
    const archive = `${stack.name}-${build.service}-${hash}.tar.gz`;
    const localPath = path.join(buildDirectory, archive);
    if (!fs.existsSync(localPath)) writeContext(loaded.projectDirectory, build, localPath);
    return { service: build.service, localPath, remotePath: `/var/lib/storm/builds/${archive}` };
  });
}
