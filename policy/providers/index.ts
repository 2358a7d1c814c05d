import { type MachineProvider, machineProviders } from "../../spec/sizes/catalog";
import type { ProviderPolicy } from "./provider";

/**
 * What the pack knows of each provider in the size catalog. A new provider is found by its file's name; without that file the pack
 * does not start, so that none gets past it unseen.
 */
export const providers: readonly (readonly [MachineProvider, ProviderPolicy])[] = machineProviders.map((name) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- tsx leaves import() to Node's own loader, which finds no .ts
  const { provider } = require(`./${name}.ts`) as { provider: ProviderPolicy }; // fourth-provider.test.ts has the type checked
  return [name, provider];
});

/** The provider of a resource, by its type's package. */
export function providerOf(type: string): MachineProvider | undefined {
  return entryOf(type)?.[0];
}

/** What is known of that provider. */
export function policyOfProvider(type: string): ProviderPolicy | undefined {
  return entryOf(type)?.[1];
}

function entryOf(type: string) {
  const [name] = type.split(":");
  return providers.find(([, provider]) => provider.package === name);
}
