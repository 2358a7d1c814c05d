import { errorAt } from "./error-at";
import type { Issue, Path } from "./errors";
import type { Spec } from "./spec";

/** This program's version. storm.yml may say more than it deploys. */
const VERSION = "0.2";
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
  if (spec.registry.storage !== "filesystem")
    later(["registry", "storage"], "registry storage in a cloud comes", TOOLS, "use storage: filesystem");
  if (spec.stacks.length > 0)
    later(["stacks"], "catalog stacks deploy", TOOLS, "name their compose files under compose:");
  if (spec.monitoring !== undefined) later(["monitoring"], "monitoring deploys", TOOLS, "take the key out");
  if (spec.backup !== undefined) later(["backup"], "backups come", TOOLS, "take the key out");
  return issues;
}
