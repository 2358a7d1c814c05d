import type { SiteModule } from "../components/site";
import type { DnsModule } from "../components/dns/records";
import type { DnsPlan, Provider } from "../plan/types";

/**
 * The module of one provider, loaded when a plan names it: a cluster on this machine loads no cloud's SDK. A new provider is
 * found by its file's name.
 */
export function siteModule(provider: Provider): SiteModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- tsx leaves import() to Node's own loader, which finds no .ts
  return require(`../components/pools/${provider}.ts`) as SiteModule; // each file there has createSite (tests/structure.test.ts)
}

/** The module that writes records at one DNS provider. */
export function dnsModule(provider: DnsPlan["provider"]): DnsModule {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as above
  return require(`../components/dns/${provider}.ts`) as DnsModule; // each file there has createRecords
}
