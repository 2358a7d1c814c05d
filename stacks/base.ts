import * as pulumi from "@pulumi/pulumi";
import type { CertificateFiles } from "../boot/secret-files";
import { Authority, Certificate } from "../components/certificates";
import { Secrets } from "../components/secrets";
import type { Plan } from "../plan/types";

export interface Base {
  secrets: Secrets;
  consul: Certificate;
  dockerApi: Certificate;
  dockerClient: Certificate;
  registry: Certificate;
  /** By stack name: the wildcard certificate of its routed services. */
  ingress: Record<string, Certificate>;
  /** Every authority that a user of the cluster has to believe, one PEM after the other. */
  authorities: pulumi.Output<string>;
}

/** Keys, authorities and certificates: everything that exists before the first machine. */
export function base(plan: Plan): Base {
  const authority = (name: string, what: string) =>
    new Authority(`${name}-ca`, { commonName: `Storm ${plan.name} ${plan.env} ${what} CA` });
  const docker = authority("docker", "Docker API");
  const consul = authority("consul", "Consul");
  const registry = authority("registry", "registry");
  const ingress = authority("ingress", "ingress");
  const loopback = ["127.0.0.1"];
  return {
    secrets: new Secrets("secrets"),
    consul: new Certificate("consul-server", {
      authority: consul,
      commonName: `server.${plan.datacenter}.consul`,
      dnsNames: [`server.${plan.datacenter}.consul`, "localhost", `consul.${plan.baseDomain}`],
      ipAddresses: loopback,
      uses: ["server_auth", "client_auth"],
    }),
    dockerApi: new Certificate("docker-server", {
      authority: docker,
      commonName: `docker.${plan.baseDomain}`,
      dnsNames: [`docker.${plan.baseDomain}`, "localhost"],
      ipAddresses: loopback,
      uses: ["server_auth"],
    }),
    dockerClient: new Certificate("docker-client", {
      authority: docker,
      commonName: "operator",
      uses: ["client_auth"],
    }),
    registry: new Certificate("registry", {
      authority: registry,
      commonName: plan.registry.host,
      dnsNames: [plan.registry.host],
      uses: ["server_auth", "client_auth"],
    }),
    ingress: Object.fromEntries(
      plan.stacks.map((stack) => [
        stack.name,
        new Certificate(`ingress-${stack.name}`, {
          authority: ingress,
          commonName: `*.${stack.domain}`,
          // A wildcard matches one label only, so each stack has one of its own.
          dnsNames: [`*.${stack.domain}`, stack.domain],
          uses: ["server_auth"],
        }),
      ]),
    ),
    authorities: pulumi.concat(...[ingress, docker, consul].map((each) => each.certificate.certPem)),
  };
}

/** A certificate's three PEMs as one value. */
export function certificateFiles(certificate: Certificate): pulumi.Output<CertificateFiles> {
  return pulumi.output({ certPem: certificate.certPem, keyPem: certificate.keyPem, caPem: certificate.caPem });
}
