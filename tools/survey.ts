import { existsSync } from "node:fs";
import { imageExists } from "../lab/image/docker";
import { findImageCache } from "../lab/image/image-cache";
import { nodeImageReference } from "../lab/image/node-image";
import { isMissing, needs } from "./debian-packages";
import { askDocker } from "./docker-engine";
import { type Engine, findEngine, minimumEngine } from "./engine";
import { type Machine, thisMachine } from "./machine";
import { localhostResolves } from "./localhost-names";
import { cacheFolder, checkout, storm } from "./paths";
import { installedPlugins, pluginVersions } from "./plugins";
import { recorded } from "./ready";
import { setupMode } from "./setup-mode";

/** One part of the machine as `storm doctor` shows it. */
export interface Finding {
  part: string;
  /** "missing" stops a deployment; "advice" does not. */
  state: "found" | "missing" | "advice";
  version?: string;
  where?: string;
  /** Where it comes from, or what it stands in for. */
  origin?: string;
  /** What to do about it. */
  hint?: string;
}

/** `npm start` gets it by itself. */
const bySetUp = "`npm start` gets it";

/** Looks at everything and changes nothing. */
export async function survey(machine = thisMachine, ask = askDocker): Promise<Finding[]> {
  const engine = recorded()?.engine ?? (await findEngine(setupMode()).catch(() => undefined));
  const docker = await dockerFindings(machine, ask);
  return [
    { part: "Node.js", state: "found", version: process.versions.node, where: process.execPath },
    { part: "Node packages", state: "found", where: `${checkout}/node_modules` },
    engineFinding(engine),
    pluginFinding(),
    ...docker,
    await namesFinding(),
    {
      part: "Cache folder",
      state: existsSync(cacheFolder()) ? "found" : "advice",
      where: cacheFolder(),
      hint: bySetUp,
    },
  ];
}

function engineFinding(engine: Engine | undefined): Finding {
  const part = "Pulumi engine";
  const hint = `${bySetUp}, or install Pulumi ${minimumEngine} or later 3.x`;
  if (engine === undefined) return { part, state: "missing", hint };
  return { part, state: "found", version: engine.version, where: engine.path, origin: engine.origin };
}

function pluginFinding(): Finding {
  const origin = installedPlugins();
  const version = Object.entries(pluginVersions()).map(([name, number]) => `${name} ${number}`);
  const part = "Pulumi plugins";
  if (origin === undefined) return { part, state: "missing", hint: bySetUp };
  const found: Finding = {
    part,
    state: "found",
    version: version.join(", "),
    where: `${storm.pulumiHome}/plugins`,
    origin,
  };
  if (origin === "official") return found;
  return { ...found, hint: "stand-ins of this checkout; `STORM_SETUP=official npm start` gets Pulumi's own" };
}

async function dockerFindings(machine: Machine, ask: typeof askDocker): Promise<Finding[]> {
  const part = "Docker engine";
  try {
    const { version, socket } = await ask();
    const images = await Promise.all([imageFinding(machine), cacheFinding(machine)]);
    return [{ part, state: "found", version, where: socket }, clientFinding(machine), ...images];
  } catch (error) {
    const denied = (error as NodeJS.ErrnoException).code === "EACCES";
    const install = isMissing(needs.docker, machine)
      ? `${bySetUp} as root (Debian package docker.io)`
      : `${bySetUp} going as root`;
    const hint = denied ? "join the docker group: `sudo usermod -aG docker $USER`, then log in again" : install;
    return [{ part, state: "missing", hint }, clientFinding(machine)];
  }
}

function clientFinding(machine: Machine): Finding {
  const part = "Docker client";
  return isMissing(needs.dockerClient, machine) ? { part, state: "missing", hint: bySetUp } : { part, state: "found" };
}

async function imageFinding(machine: Machine): Promise<Finding> {
  const part = "Node image";
  const version = nodeImageReference();
  const there = !isMissing(needs.dockerClient, machine) && (await imageExists(version).catch(() => false));
  return there ? { part, state: "found", version } : { part, state: "missing", hint: `${bySetUp} (minutes, once)` };
}

async function cacheFinding(machine: Machine): Promise<Finding> {
  const part = "Image cache";
  const found = isMissing(needs.dockerClient, machine) ? undefined : await findImageCache().catch(() => undefined);
  if (found === undefined) return { part, state: "missing", hint: `${bySetUp} (minutes, once)` };
  const { reference, mode } = found;
  return { part, state: "found", version: reference, origin: mode === "online" ? "passes Docker Hub on" : "offline" };
}

async function namesFinding(): Promise<Finding> {
  const part = "Names under .localhost";
  if (await localhostResolves()) return { part, state: "found" };
  return { part, state: "advice", hint: "browsers and curl are fine; for the rest install Debian's libnss-myhostname" };
}
