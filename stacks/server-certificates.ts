import type * as pulumi from "@pulumi/pulumi";
import { Certificate } from "../components/certificates";
import { VPN_HOST } from "../plan/mesh";
import type { Plan } from "../plan/types";
import type { Base } from "./base";
import type { Nodes } from "./nodes";

const LOOPBACK = "127.0.0.1";
const IPV4 = /^\d+\.\d+\.\d+\.\d+$/;

/**
 * What the managers' APIs show. Of this layer, because operators reach each manager at its own address: that has to be in them, and
 * is known when the machines are. Static addresses keep a certificate over a manager's replacement.
 */
export function serverCertificates(plan: Plan, { authorities }: Base, nodes: Nodes) {
  const { names, addresses } = managersAt(plan, nodes);
  return {
    consul: new Certificate("consul-server", {
      authority: authorities.consul,
      commonName: `server.${plan.datacenter}.consul`,
      dnsNames: [`server.${plan.datacenter}.consul`, "localhost", `consul.${plan.baseDomain}`, VPN_HOST, ...names],
      ipAddresses: [LOOPBACK, ...addresses],
      uses: ["server_auth", "client_auth"],
    }),
    dockerApi: new Certificate("docker-server", {
      authority: authorities.docker,
      commonName: `docker.${plan.baseDomain}`,
      dnsNames: [`docker.${plan.baseDomain}`, "localhost", VPN_HOST, ...names],
      ipAddresses: [LOOPBACK, ...addresses],
      uses: ["server_auth"],
    }),
  };
}

/** Where operators reach the managers that have no site's own way to their APIs. Hosts may be known by a name. */
function managersAt(plan: Plan, { all, entries }: Nodes): { names: string[]; addresses: pulumi.Output<string>[] } {
  const direct = all.filter(({ plan: node }) => plan.managers.includes(node.name) && !entries[node.site]?.apis);
  const isNamed = (address: string | undefined): address is string => address !== undefined && !IPV4.test(address);
  return {
    names: direct.map((node) => node.plan.address).filter(isNamed),
    addresses: direct.filter((node) => !isNamed(node.plan.address)).map((node) => node.address),
  };
}
