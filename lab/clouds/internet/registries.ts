/** The image cache's containers behind docker.io and ghcr.io. They have no port: each listens on a Unix socket in the lab's folder. */
import { mkdirSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { run } from "../../../tools/command";
import { docker } from "../../image/docker";
import type { ImageCache } from "../../image/image-cache";
import type { Registry } from "./folder";
import { DOCKER_HUB, GITHUB_REGISTRY } from "./names";

const LABEL = "storm.lab-internet";
const INSIDE = "/run/storm";

interface Container {
  name: string;
  socket: string;
  /** Without it the container holds the images itself. */
  passesOn?: string;
}

/** One container that holds all images; or, with a way out, one for each registry that it passes on. */
export function planRegistries(lab: string, { mode }: ImageCache): { containers: Container[]; registries: Registry[] } {
  const hosts = [DOCKER_HUB, GITHUB_REGISTRY];
  const of = (name: string, passesOn?: string): Container => ({
    name: `storm-${lab}-${name}`,
    socket: `registry/${name}.sock`,
    passesOn,
  });
  if (mode === "offline") {
    const all = of("images");
    const prefixes = ["", `${GITHUB_REGISTRY}/`];
    const registries = hosts.map((host, index) => ({ host, socket: all.socket, prefix: prefixes[index] ?? "" }));
    return { containers: [all], registries };
  }
  const containers = hosts.map((host) => of(host, `https://${host}`));
  const registries = hosts.map((host, index) => ({ host, socket: containers[index]?.socket ?? "", prefix: "" }));
  return { containers, registries };
}

/** Arguments of `docker run`. */
export function registryArguments(folder: string, lab: string, image: string, container: Container): string[] {
  const { name, socket, passesOn } = container;
  const environment = {
    REGISTRY_HTTP_NET: "unix",
    REGISTRY_HTTP_ADDR: `${INSIDE}/${socket.slice(socket.indexOf("/") + 1)}`,
    ...(passesOn === undefined ? {} : { REGISTRY_PROXY_REMOTEURL: passesOn }),
  };
  return [
    ...["run", "--detach", "--name", name, "--label", `${LABEL}=${lab}`, "--restart", "unless-stopped"],
    // The image's own check asks a port, which is not there.
    ...["--no-healthcheck", "--network", passesOn === undefined ? "none" : "bridge"],
    ...["--volume", `${join(folder, "registry")}:${INSIDE}`],
    ...Object.entries(environment).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
    image,
  ];
}

/** Starts the containers that are not there; Docker keeps them running. */
export async function startRegistries(folder: string, lab: string, cache: ImageCache): Promise<void> {
  const { containers } = planRegistries(lab, cache);
  mkdirSync(join(folder, "registry"), { recursive: true, mode: 0o700 });
  for (const container of containers) {
    const format = "{{.State.Running}} {{.Config.Image}}";
    const { stdout } = await run("docker", ["inspect", "--format", format, container.name], { allowFailure: true });
    if (stdout.trim() !== `true ${cache.reference}`) {
      await run("docker", ["rm", "--force", "--volumes", container.name], { allowFailure: true });
      await docker(registryArguments(folder, lab, cache.reference, container));
    }
  }
}

/** Removes them, those of an earlier kind too. */
export async function removeRegistries(lab: string): Promise<void> {
  const ids = await docker(["ps", "--all", "--quiet", "--filter", `label=${LABEL}=${lab}`]);
  if (ids !== "") await docker(["rm", "--force", "--volumes", ...ids.split("\n")]);
}

/** Asks the image cache whether it serves. Runs in the folder. @throws Error when it does not. */
export function registryAnswers(socketPath: string): Promise<void> {
  const [headers, signal] = [{ host: "lab" }, AbortSignal.timeout(2_000)];
  return new Promise((resolve, reject) => {
    request({ socketPath, path: "/v2/", headers, signal, agent: false }, (response) => {
      response.resume();
      if (response.statusCode === 200) resolve();
      else reject(new Error(`the image cache answers ${response.statusCode}`));
    })
      .on("error", reject)
      .end();
  });
}
