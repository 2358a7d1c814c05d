import * as pulumi from "@pulumi/pulumi";
import type { CertificateFiles } from "../boot/secret-files";
import { Authority, Certificate } from "../components/certificates";
import { Secrets } from "../components/secrets";
import { ingressNames } from "../plan/certificates";
import type { OwnCertificate } from "../plan/own-certificate";
import type { Plan } from "../plan/types";

export interface Base {
  secrets: Secrets;
  consul: Certificate;
  dockerApi: Certificate;
  dockerClient: Certificate;
  registry: Certificate;
  /** One for the cluster's own name, and by stack name the wildcard certificate of its routed services; or the user's own. */
  ingress: Record<string, CertificatePems>;
  /** What lets managers write challenge records for ACME. */
  acmeCredential: pulumi.Output<Record<string, string>> | undefined;
  /** Every authority that a user of the cluster has to believe, one PEM after the other. */
  authorities: pulumi.Output<string>;
}

export type CertificatePems = Pick<Certificate, "certPem" | "keyPem" | "caPem">;

/** What is the user's own, and given. */
export interface Given {
  certificate?: OwnCertificate;
  acmeCredential?: pulumi.Output<Record<string, string>>;
}

/** Keys, authorities and certificates: everything that exists before the first machine. */
export function base(plan: Plan, given: Given = {}): Base {
  const authority = (name: string, what: string) =>
    new Authority(`${name}-ca`, { commonName: `Storm ${plan.name} ${plan.env} ${what} CA` });
  const docker = authority("docker", "Docker API");
  const consul = authority("consul", "Consul");
  const registry = authority("registry", "registry");
  const ingress = given.certificate ? undefined : authority("ingress", "ingress");
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
    ingress: ingress ? ingressCertificates(plan, ingress) : own(given.certificate),
    acmeCredential: given.acmeCredential,
    authorities: pulumi.concat(
      ...[...(ingress ? [ingress] : []), docker, consul].map((each) => each.certificate.certPem),
    ),
  };
}

/** By the cluster's own authority. With ACME they serve until the first certificate is there. */
function ingressCertificates(plan: Plan, authority: Authority): Record<string, Certificate> {
  const made = Object.entries(ingressNames(plan)).map(([name, dnsNames]): [string, Certificate] => [
    name,
    new Certificate(`ingress-${name}`, { authority, commonName: dnsNames[0] ?? "", dnsNames, uses: ["server_auth"] }),
  ]);
  return Object.fromEntries(made);
}

/** One for all names. What its clients believe is not ours to say. */
function own(certificate: OwnCertificate | undefined): Record<string, CertificatePems> {
  if (certificate === undefined) return {};
  const { certPem, keyPem } = certificate;
  const pems = { certPem: pulumi.output(certPem), keyPem: pulumi.secret(keyPem), caPem: pulumi.output("") };
  return { storm: pems };
}

/** A certificate's three PEMs as one value. */
export function certificateFiles(certificate: CertificatePems): pulumi.Output<CertificateFiles> {
  return pulumi.output({ certPem: certificate.certPem, keyPem: certificate.keyPem, caPem: certificate.caPem });
}
