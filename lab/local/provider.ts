/** The provider `storm`: finds the resource type of a request and passes it on. */
import type { Provider } from "@pulumi/pulumi/provider";
import { checkResource } from "../hosts/check";
import { hostResource } from "../hosts/host";
import { Docker } from "./docker";
import { networkResource } from "./network";
import { nodeResource } from "./node";
import { type BaseOutputs, checkInputs, diff, incoming, outgoing, type Resource } from "./resource";
import { serviceResource } from "./service";

export const VERSION = "0.1.0";

type AnyResource = Resource<object, BaseOutputs>;

/**
 * The provider on a Docker Engine; the engine is looked for at the first request that needs it.
 * @param warn shows the user a warning
 */
export function createProvider(
  makeDocker: () => Docker = () => new Docker(),
  warn: (message: string) => Promise<void> = () => Promise.resolve(),
): Provider {
  let known: Docker | undefined;
  const docker = () => (known ??= makeDocker());
  const types: Record<string, AnyResource> = {
    "storm:local:Network": erase(networkResource(docker)),
    "storm:local:Node": erase(nodeResource(docker)),
    "storm:local:Service": erase(serviceResource(docker)),
    "storm:hosts:Check": erase(checkResource()),
    "storm:hosts:Host": erase(hostResource(warn)),
  };
  const typeOf = (urn: string): AnyResource => {
    const token = urn.split("::")[2]?.split("$").pop() ?? "";
    const type = types[token];
    if (!type) throw new Error(`the provider storm has no resource type "${token}"`);
    return type;
  };
  return {
    version: VERSION,
    schema: JSON.stringify({ name: "storm", version: VERSION }),
    check: async (urn, _olds, news: unknown) => ({
      inputs: news,
      failures: checkInputs(typeOf(urn).schema, incoming(news)),
    }),
    diff: async (_id, urn, olds: unknown, news: unknown) =>
      diff(typeOf(urn), incoming<BaseOutputs>(olds), incoming<object>(news)),
    create: async (urn, news: unknown) => {
      const { id, outputs } = await typeOf(urn).create(incoming(news));
      return { id, outs: outgoing(outputs) };
    },
    read: async (id, urn, props: unknown) => {
      const outputs = await typeOf(urn).read(id, incoming<BaseOutputs>(props));
      return outputs ? { id, props: outgoing(outputs) } : { id: "", props: {} };
    },
    update: async (id, urn, olds: unknown, news: unknown) => {
      const outputs = await typeOf(urn).update(id, incoming<BaseOutputs>(olds), incoming(news));
      return { outs: outgoing(outputs) };
    },
    delete: async (id, urn, props: unknown) => {
      await typeOf(urn).delete(id, incoming<BaseOutputs>(props));
    },
  };
}

/** Inputs were checked against the type's own schema and outputs come from the type itself, so types may go here. */
function erase<I extends object, O extends BaseOutputs>(resource: Resource<I, O>): AnyResource {
  return resource as unknown as AnyResource;
}
