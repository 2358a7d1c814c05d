import { errorAt } from "../error-at";
import type { Issue } from "../errors";
import type { Spec } from "../spec";

/** Azure finds no zone without its resource group; nobody else has such groups. */
export function checkAzureDns({ dns, source }: Spec): Issue[] {
  if (dns === undefined) return [];
  const { provider, create, resourceGroup } = dns;
  const existing = provider === "azure" && !create;
  if (existing && resourceGroup === undefined) {
    const message = "needs dns.resourceGroup, the resource group of the zone that is there, or create: true";
    return [errorAt(source, ["dns", "provider"], message)];
  }
  if (!existing && resourceGroup !== undefined)
    return [errorAt(source, ["dns", "resourceGroup"], "is for a zone at provider azure that is there already")];
  return [];
}
