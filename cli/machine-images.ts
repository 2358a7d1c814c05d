import { machineImageKey } from "../plan/lock";
import { machineProviders, resolveSize } from "../spec/sizes/catalog";
import type { ReadMachine, StateResource } from "./images/provider";

/** Each provider's machines. A new provider is found by its file's name; without that file nothing is locked. */
const READ = machineProviders.map((provider) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- tsx leaves import() to Node's own loader, which finds no .ts
  const { machines } = require(`./images/${provider}.ts`) as { machines: ReadMachine }; // fourth-provider.test.ts has the type checked
  return { provider, machines };
});

/**
 * The machine images that a stack's nodes were made from, by storm.lock's keys. Where nodes of one key differ, because an upgrade is on
 * its way, the newest node's counts.
 */
export function machineImages(resources: readonly StateResource[]): Record<string, string> {
  const found = [...resources]
    .sort((a, b) => ((a.created ?? "") < (b.created ?? "") ? -1 : 1))
    .flatMap(({ type, inputs = {}, outputs = {} }): [string, string][] =>
      READ.flatMap(({ provider, machines }): [string, string][] => {
        const { region, size, image } = machines[type]?.(inputs, outputs) ?? {};
        if (typeof region !== "string" || typeof size !== "string" || !image) return [];
        const architecture = resolveSize(provider, size)?.machine.architecture ?? "amd64";
        return [[machineImageKey(provider, region, architecture), String(image as string | number)]];
      }),
    );
  return Object.fromEntries(found);
}
