import { errorAt } from "./error-at";
import type { Issue, Path } from "./errors";
import type { Spec } from "./spec";
import { catalog } from "./sizes/catalog";

/** This program's version. storm.yml may say more than it deploys. */
const VERSION = "0.1";
const CLOUDS = "0.2";
const TOOLS = "0.3";

/**
 * What storm.yml asks for and this version of the program does not deploy, each with the version that does. Checked
 * before anything is created.
 */
export function notYetDeployable(spec: Spec): Issue[] {
  const issues: Issue[] = [];
  const later = (path: Path, what: string, version: string, instead: string): void => {
    issues.push(
      errorAt(spec.source, path, `${what} with version ${version} of the program (this is ${VERSION}); ${instead}`),
    );
  };
  const clouds = new Set(spec.pools.map((pool) => pool.provider).filter((provider) => provider !== "local"));
  for (const provider of clouds)
    later([catalog[provider].key], `${catalog[provider].title} deploys`, CLOUDS, "until then use Local: [3, small]");
  if (spec.hosts.length > 0) later(["Hosts"], "Hosts deploy", CLOUDS, "until then use Local: [3, small]");
  if (spec.dns !== undefined)
    later(["dns"], "DNS records come", CLOUDS, "take the key out; names under .localhost need none");
  if (spec.tls !== "internal")
    later(["tls"], "certificates other than the cluster's own CA's come", CLOUDS, "use tls: internal");
  if (spec.network.mesh === "off")
    later(["network", "mesh"], "a cluster without a mesh comes", CLOUDS, "use mesh: wireguard");
  if (spec.registry.storage !== "filesystem")
    later(["registry", "storage"], "registry storage in a cloud comes", CLOUDS, "use storage: filesystem");
  if (spec.stacks.length > 0)
    later(["stacks"], "catalog stacks deploy", TOOLS, "name their compose files under compose:");
  if (spec.monitoring !== undefined) later(["monitoring"], "monitoring deploys", TOOLS, "take the key out");
  if (spec.backup !== undefined) later(["backup"], "backups come", TOOLS, "take the key out");
  return issues;
}
