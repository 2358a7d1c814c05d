import { fromEnv } from "./environment";
import { hostWord } from "./routes";
import type { Field } from "./fields";
import type { Build, RenderInput } from "./types";

const IGNORED = [
  ...[
    "cache_from",
    "cache_to",
    "labels",
    "network",
    "no_cache",
    "platforms",
    "provenance",
    "pull",
    "sbom",
    "shm_size",
    "tags",
  ],
  ...["extra_hosts", "isolation", "ulimits"],
];
/** Without these the image would be another one, or not be built. */
const REFUSED: Readonly<Record<string, string>> = {
  additional_contexts: "only one context is sent to the cluster; copy what is needed into it",
  dockerfile_inline: "write it into a file and name that with dockerfile",
  secrets: "builds on the cluster get no secrets",
  ssh: "builds on the cluster get no SSH agent",
  privileged: "builds on the cluster are not privileged",
  entitlements: "builds on the cluster are not privileged",
};

/** A service's `build:`; the image is built on a manager and pushed to the cluster's registry under a name that says what is in it. */
export function readBuild(service: string, field: Field, input: RenderInput): Build | undefined {
  const short = field.node.kind === "scalar";
  const fields = short
    ? new Map<string, Field>()
    : field.object(["context", "dockerfile", "args", "target", ...IGNORED, ...Object.keys(REFUSED)]);
  for (const key of IGNORED) fields.get(key)?.warn("the cluster's builds ignore it");
  for (const [key, why] of Object.entries(REFUSED)) fields.get(key)?.error(`is not supported: ${why}`);
  const context = short ? field.text() : (fields.get("context")?.text() ?? ".");
  if (context === undefined) return undefined;
  if (/^(https?|git|ssh):|^git@|\.git(#|$)/.test(context)) {
    const place = context.replace(/\/\/[^/]*@/, "//");
    return field.error(`"${place}" is a repository; the context must be a folder beside the compose file`);
  }
  const target = fields.get("target")?.text();
  const args: Record<string, string> = {};
  for (const [name, value, item] of fields.get("args")?.pairs() ?? []) {
    const known = value ?? fromEnv(item, name, input);
    if (known === undefined)
      item.warn(`build argument ${name} has no value here or in .env; the Dockerfile's default holds`);
    else args[name] = known;
  }
  const request = {
    service,
    context,
    dockerfile: fields.get("dockerfile")?.text() ?? "Dockerfile",
    args,
    ...(target === undefined ? {} : { target }),
  };
  try {
    const repository = `${input.registry}/${input.stackName.toLowerCase()}/${hostWord(service)}`;
    return { ...request, image: `${repository}:${input.hashBuild(request)}` };
  } catch (error) {
    return field.error(error instanceof Error ? error.message : String(error));
  }
}
