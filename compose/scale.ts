import { nearestWord } from "../spec/nearest";
import type { Service } from "./service";
import type { RenderInput } from "./types";

/**
 * `scale` of storm.yml: a number goes to routed services without replicas of their own, a map to the services it names, whatever the
 * compose file says. Sets `deploy.replicas`; what is wrong is said with storm.yml's place, not the compose file's.
 */
export function applyScale(services: readonly Service[], input: RenderInput): { warnings: string[]; errors: string[] } {
  const { scale } = input;
  const origin = input.origin ?? `compose/${input.stackName}`;
  const result = { warnings: [] as string[], errors: [] as string[] };
  if (scale === undefined) return result;
  if (typeof scale === "number") {
    const routed = services.filter(
      (service) => service.routing.routes.length > 0 && service.deploy.mode === "replicated",
    );
    if (routed.length === 0)
      result.warnings.push(`${origin}/scale: warning: no service of the stack is routed, so there is nothing to scale`);
    for (const service of routed.filter((candidate) => candidate.deploy.replicas === undefined)) {
      if (scale > 1 && service.mounts.local.length > 0) {
        result.warnings.push(
          `${origin}/scale: warning: ${service.name} keeps a volume on one node and stays at 1; "scale: {${service.name}: ${scale}}" runs ${scale} there all the same`,
        );
      } else service.deploy.replicas = scale;
    }
    return result;
  }
  for (const [name, replicas] of Object.entries(scale)) {
    const service = services.find((candidate) => candidate.name === name);
    if (service === undefined) {
      const names = services.map((candidate) => candidate.name);
      const nearest = nearestWord(name, names);
      const hint = nearest === undefined ? "" : `; did you mean "${nearest}"?`;
      result.errors.push(
        `${origin}/scale/${name}: there is no such service in ${input.file.name} (allowed: ${names.join(", ")}${hint})`,
      );
    } else if (service.deploy.mode === "global") {
      result.errors.push(`${origin}/scale/${name}: a global service runs once on each node; it has no replicas`);
    } else service.deploy.replicas = replicas;
  }
  return result;
}
