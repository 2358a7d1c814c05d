import type { Issue } from "../spec/errors";
import { nearestWord } from "../spec/nearest";
import type { Service } from "./service";
import type { RenderInput } from "./types";

/**
 * `scale` of storm.yml: a number goes to routed services without replicas of their own, a map to the services it names, whatever the
 * compose file says. Sets `deploy.replicas`; what is wrong is said with storm.yml's place, not the compose file's.
 */
export function applyScale(services: readonly Service[], input: RenderInput): { warnings: Issue[]; errors: Issue[] } {
  const { scale, origin } = input;
  const result = { warnings: [] as Issue[], errors: [] as Issue[] };
  const path = `${origin.path}/scale`;
  const warn = (message: string): void => {
    result.warnings.push({ severity: "warning", place: origin.place, path, message });
  };
  const fail = (name: string, message: string, words?: Partial<Issue>): void => {
    result.errors.push({ severity: "error", place: origin.place, path: `${path}/${name}`, message, ...words });
  };
  if (scale === undefined) return result;
  if (typeof scale === "number") {
    const routed = services.filter(
      (service) => service.routing.routes.length > 0 && service.deploy.mode === "replicated",
    );
    if (routed.length === 0) warn("no service of the stack is routed, so there is nothing to scale");
    for (const service of routed.filter((candidate) => candidate.deploy.replicas === undefined)) {
      if (scale > 1 && service.mounts.local.length > 0) {
        warn(
          `${service.name} keeps a volume on one node and stays at 1; "scale: {${service.name}: ${scale}}" runs ${scale} there all the same`,
        );
      } else service.deploy.replicas = scale;
    }
    return result;
  }
  for (const [name, replicas] of Object.entries(scale)) {
    const service = services.find((candidate) => candidate.name === name);
    if (service === undefined) {
      const names = services.map((candidate) => candidate.name);
      const words = { allowed: names, nearest: nearestWord(name, names) };
      fail(name, `there is no such service in ${input.file.name}`, words);
    } else if (service.deploy.mode === "global") {
      fail(name, "a global service runs once on each node; it has no replicas");
    } else service.deploy.replicas = replicas;
  }
  return result;
}
