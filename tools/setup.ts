import { buildGuestbook } from "../catalog/guestbook/build";
import { type ImageCache, ensureImageCache } from "../lab/image/image-cache";
import { ensureNodeImage } from "../lab/image/node-image";
import { ensurePackages, needs } from "./debian-packages";
import { type DockerEngine, ensureDockerEngine, ensureDockerPackages } from "./docker-engine";
import { type Engine, ensureEngine } from "./engine";
import { ensureLocalhostNames } from "./localhost-names";
import { startClouds } from "./lab-clouds";
import { cacheFolder, inLab } from "./paths";
import { type PluginOrigin, ensurePlugins } from "./plugins";
import { prepareBackend } from "./pulumi-env";
import { recordReady, recorded } from "./ready";
import type { Output } from "./report";
import { setupMode } from "./setup-mode";
import { type StepsOptions, Steps } from "./steps";

/** What the engine's commands need. */
export interface EngineSetup {
  engine: Engine;
  plugins: PluginOrigin;
}

/** What a deployment of Local nodes needs besides. */
export interface LabSetup extends EngineSetup {
  docker: DockerEngine;
  nodeImage: string;
  imageCache: ImageCache;
}

/** For `npm run pulumi` and whatever only asks the engine: quiet when nothing has to be done. */
export async function setUpEngine(output: Output, options: StepsOptions = {}): Promise<EngineSetup> {
  if (inLab) return setUpLab(output, options);
  const steps = new Steps(output, options);
  const parts = engineSteps(steps);
  await steps.finish();
  return { engine: await parts.engine, plugins: await parts.plugins };
}

/** For `npm start`: all of it. What does not need the other runs side by side. */
export async function setUpLab(output: Output, options: StepsOptions = {}): Promise<LabSetup> {
  const steps = new Steps(output, options);
  const parts = engineSteps(steps);
  const lab = labSteps(steps);
  if (inLab) cloudSteps(steps, lab);
  await steps.finish();
  return {
    engine: await parts.engine,
    plugins: await parts.plugins,
    docker: await lab.docker,
    nodeImage: (await lab.nodeImage).reference,
    imageCache: await lab.imageCache,
  };
}

function engineSteps(steps: Steps): { engine: Promise<Engine>; plugins: Promise<PluginOrigin> } {
  const mode = setupMode();
  prepareBackend();
  const known = recorded();
  // storm.yml as it comes deploys it, and its build context has to be whole before the program reads it.
  const guestbook = steps.step("Guestbook", [], async () => ({ value: await buildGuestbook() }));
  const engine = steps.step("Pulumi engine", [], async (say) => {
    const value = known?.engine ?? (await ensureEngine(mode, cacheFolder(), say));
    return { value, title: `Pulumi engine ${value.version}` };
  });
  const plugins = steps.step("Pulumi plugins", [engine, guestbook], async (say) => {
    const value = known?.plugins ?? (await ensurePlugins(mode, await engine, say));
    if (known === undefined) recordReady(await engine, value);
    return { value, title: `Pulumi plugins (${value})` };
  });
  return { engine, plugins };
}

function labSteps(steps: Steps) {
  const packages = steps.step("Debian packages", [], async (say) => ({ value: await ensureDockerPackages(say) }));
  const docker = steps.step("Docker engine", [packages], async (say) => {
    const value = await ensureDockerEngine(say);
    return { value, title: `Docker engine ${value.version}` };
  });
  const nodeImage = steps.step("Node image", [docker], async (say) => ({
    value: await ensureNodeImage({ cacheDir: cacheFolder(), report: say }),
  }));
  const imageCache = steps.step("Image cache", [docker], async (say) => {
    const value = await ensureImageCache({ cacheDir: cacheFolder(), report: say });
    return { value, title: `Image cache (${value.mode})` };
  });
  void steps.step("Names under .localhost", [packages], async (say) => {
    return { value: undefined, warning: await ensureLocalhostNames(say) };
  });
  return { docker, nodeImage, imageCache };
}

/** The lab's clouds: their machines' image, and the daemon that answers the stand-ins. */
function cloudSteps(steps: Steps, { docker, nodeImage }: ReturnType<typeof labSteps>): void {
  const packages = steps.step("Packages of the lab's clouds", [docker], async (say) => ({
    value: await ensurePackages([needs.nft, needs.ip], say),
  }));
  void steps.step("Lab's clouds", [packages, nodeImage], async (say) => {
    await startClouds(await nodeImage, say);
    return { value: undefined };
  });
}
