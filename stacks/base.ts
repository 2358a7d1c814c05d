import * as pulumi from "@pulumi/pulumi";
import { OWN_CLIENTS } from "../boot/docker";
import type { CertificateFiles } from "../boot/secret-files";
import { Authority, Certificate, type SignedKey, type Signer } from "../components/certificates";
import { type ClusterSecrets, Secrets } from "../components/secrets";
import { ingressNames } from "../plan/certificates";
import type { OwnCertificate } from "../plan/own-certificate";
import type { Plan } from "../plan/types";

/** How long the application teams' credential is good for, and from how many days before its end on `up` makes a new one. */
const APPLICATIONS_DAYS = 30;
const APPLICATIONS_RENEWAL_DAYS = 15;

/** Made by this stack, or by another one of the same environment (layer-values.ts). */
export interface Base {
  secrets: ClusterSecrets;
  /** Of the managers' APIs, whose certificates wait for the machines' addresses (server-certificates.ts). */
  authorities: { consul: Signer; docker: Signer };
  dockerClient: SignedKey;
  /** Docker API's client certificate for application teams: it ends soon, and each `up` may make the next. */
  applications: SignedKey & Pick<Certificate, "expires">;
  registry: SignedKey;
  /** One for the cluster's own name, and by stack name the wildcard certificate of its routed services; or the user's own. */
  ingress: Record<string, SignedKey>;
  /** What lets managers write challenge records for ACME. */
  acmeCredential: pulumi.Output<Record<string, string>> | undefined;
  /** Every authority that a user of the cluster has to believe, one PEM after the other. */
  believed: pulumi.Output<string>;
}

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
  return {
    secrets: new Secrets("secrets"),
    authorities: { consul, docker },
    dockerClient: new Certificate("docker-client", {
      authority: docker,
      commonName: OWN_CLIENTS.operators,
      uses: ["client_auth"],
    }),
    applications: new Certificate("docker-applications", {
      authority: docker,
      commonName: OWN_CLIENTS.applications,
      uses: ["client_auth"],
      validityPeriodHours: APPLICATIONS_DAYS * 24,
      earlyRenewalHours: APPLICATIONS_RENEWAL_DAYS * 24,
    }),
    registry: new Certificate("registry", {
      authority: registry,
      commonName: plan.registry.host,
      dnsNames: [plan.registry.host],
      uses: ["server_auth", "client_auth"],
    }),
    ingress: ingress ? ingressCertificates(plan, ingress) : own(given.certificate),
    acmeCredential: given.acmeCredential,
    believed: pulumi.concat(...[...(ingress ? [ingress] : []), docker, consul].map((each) => each.certPem)),
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
function own(certificate: OwnCertificate | undefined): Record<string, SignedKey> {
  if (certificate === undefined) return {};
  const { certPem, keyPem } = certificate;
  const pems = { certPem: pulumi.output(certPem), keyPem: pulumi.secret(keyPem), caPem: pulumi.output("") };
  return { storm: pems };
}

/** A certificate's three PEMs as one value. */
export function certificateFiles(certificate: SignedKey): pulumi.Output<CertificateFiles> {
  return pulumi.output({ certPem: certificate.certPem, keyPem: certificate.keyPem, caPem: certificate.caPem });
}
