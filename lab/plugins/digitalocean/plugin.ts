/** Offline stand-in of the `digitalocean` plugin: the types that this program uses, and what the cloud refuses of them. */
import { cloudFunction, cloudResource } from "../shared/cloud";
import type { Plugin } from "../shared/resource";
import { accountTypes } from "./account";
import { dnsTypes } from "./dns";
import { firewallTypes } from "./firewall";
import { loadBalancerTypes } from "./load-balancer";
import { machineTypes } from "./machines";
import { networkTypes } from "./network";
import { storageTypes } from "./storage";
import type { Table } from "./table";

/** By the last part of a type's token. */
export const TYPES: Table = {
  ...accountTypes,
  ...dnsTypes,
  ...firewallTypes,
  ...loadBalancerTypes,
  ...machineTypes,
  ...networkTypes,
  ...storageTypes,
};

/** "digitalocean:index/loadBalancer:LoadBalancer" of "LoadBalancer". */
function token(type: string): string {
  return `digitalocean:index/${type.slice(0, 1).toLowerCase()}${type.slice(1)}:${type}`;
}

export const digitaloceanPlugin: Plugin = {
  name: "digitalocean",
  version: "4.80.1",
  config: {
    apiEndpoint: { type: "string" },
    token: { type: "string", secret: true },
  },
  resources: Object.fromEntries(Object.entries(TYPES).map(([type, table]) => [token(type), cloudResource(table)])),
  functions: {
    "digitalocean:index/getImage:getImage": cloudFunction(
      { slug: { type: "string", required: true, oneOf: ["ubuntu-24-04-x64"] } },
      ({ slug = "" }) => ({ id: 195932981, slug, distribution: "Ubuntu", type: "base", private: false }),
    ),
    "digitalocean:index/getDomain:getDomain": cloudFunction(
      { name: { type: "string", required: true } },
      ({ name = "" }) => ({
        id: name,
        name,
        domainUrn: `do:domain:${String(name)}`,
        ttl: 1800,
        zoneFile: "",
      }),
    ),
  },
};
