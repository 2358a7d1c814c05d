import type { AcmeSettings } from "./acme";
import type { NodeFile } from "./boot-files";
import { consulSecrets } from "./consul";
import { managerApisConfig } from "./docker";

/** A certificate with its key and the authority that the other side has to believe. */
export interface CertificateFiles {
  certPem: string;
  keyPem: string;
  caPem: string;
}

/** Everything on a node that rotates; no value of it is ever in user-data. */
export interface NodeSecrets {
  manager: boolean;
  gossipKey: string;
  managementToken: string;
  tokens: Record<"agent" | "catalog" | "registrator" | "node" | "controller" | "operator", { secret: string }>;
  consul: CertificateFiles;
  dockerApi: CertificateFiles;
  /** As client and as server of the cluster's registry. */
  registry: CertificateFiles;
  /** By name of the file: one for the cluster's own name and one wildcard certificate a stack, or the user's own. */
  ingress: Record<string, CertificateFiles>;
  /** Where the ingress gets its certificates then; `ingress` serves until they are there. */
  acme?: AcmeSettings;
  registryHost: string;
  meshCidr: string;
}

/** The files of {@link NodeSecrets}, with the units that must notice a change. */
export function secretFiles(secrets: NodeSecrets): NodeFile[] {
  return [
    ...consulFiles(secrets),
    ...tokenFiles(secrets),
    ...(secrets.manager ? managerApiFiles(secrets) : []),
    ...registryFiles(secrets),
    ...ingressFiles(secrets.ingress, secrets.acme === undefined),
    ...acmeFiles(secrets),
  ];
}

function consulFiles(secrets: NodeSecrets): NodeFile[] {
  const { manager, tokens, consul } = secrets;
  const configuration = consulSecrets({
    gossipKey: secrets.gossipKey,
    managementToken: manager ? secrets.managementToken : undefined,
    agentToken: tokens.agent.secret,
    catalogToken: tokens.catalog.secret,
    ownAgentToken: manager ? undefined : tokens.node.secret,
    hasCertificate: manager,
  });
  const common = { owner: "root:consul", units: ["consul.service"] };
  const server = [
    { path: "/etc/consul.d/tls/cert.pem", content: consul.certPem, mode: "0644", ...common },
    { path: "/etc/consul.d/tls/key.pem", content: consul.keyPem, mode: "0640", ...common },
  ];
  return [
    { path: "/etc/consul.d/tls/ca.pem", content: consul.caPem, mode: "0644", ...common },
    ...(manager ? server : []),
    // Last: the unit starts only when this file is there.
    { path: "/etc/consul.d/secrets.json", content: JSON.stringify(configuration), mode: "0640", ...common },
  ];
}

function tokenFiles({ manager, tokens }: NodeSecrets): NodeFile[] {
  const names = ["registrator", "node", "operator", ...(manager ? (["controller"] as const) : [])] as const;
  // No units: each part reads its token at every request.
  return names.map((name) => ({ path: `/etc/storm/tokens/${name}`, content: tokens[name].secret, mode: "0600" }));
}

function managerApiFiles({ dockerApi, consul, meshCidr }: NodeSecrets): NodeFile[] {
  const units = ["storm-docker-api.service"];
  return [
    { path: "/etc/storm/docker-api/haproxy.cfg", content: managerApisConfig(meshCidr), mode: "0644", units },
    { path: "/etc/storm/docker-api/ca.pem", content: dockerApi.caPem, mode: "0644", units },
    { path: "/etc/storm/docker-api/consul.pem", content: consul.certPem + consul.keyPem, mode: "0600", units },
    { path: "/etc/storm/docker-api/server.pem", content: dockerApi.certPem + dockerApi.keyPem, mode: "0600", units },
  ];
}

function registryFiles({ registry, registryHost }: NodeSecrets): NodeFile[] {
  const trust = `/etc/docker/certs.d/${registryHost}`;
  return [
    { path: `${trust}/ca.crt`, content: registry.caPem, mode: "0644" },
    { path: `${trust}/client.cert`, content: registry.certPem, mode: "0644" },
    { path: `${trust}/client.key`, content: registry.keyPem, mode: "0600" },
    { path: "/etc/storm/registry/ca.pem", content: registry.caPem, mode: "0644" },
    { path: "/etc/storm/registry/cert.pem", content: registry.certPem, mode: "0644" },
    { path: "/etc/storm/registry/key.pem", content: registry.keyPem, mode: "0600" },
  ];
}

/** `listed`: Traefik is told of these certificates here; otherwise storm_certificates.py does it, which has later ones. */
function ingressFiles(certificates: Record<string, CertificateFiles>, listed: boolean): NodeFile[] {
  const names = Object.keys(certificates).sort();
  const files = names.flatMap((name): NodeFile[] => {
    const { certPem, keyPem } = certificates[name] as CertificateFiles; // name is one of its keys
    return [
      { path: `/etc/storm/ingress/${name}.crt`, content: certPem, mode: "0644" },
      { path: `/etc/storm/ingress/${name}.key`, content: keyPem, mode: "0600" },
    ];
  });
  const entries = names.map((name) => ({
    certFile: `/etc/storm/ingress/${name}.crt`,
    keyFile: `/etc/storm/ingress/${name}.key`,
  }));
  const settings = (name: string, content: object): NodeFile => ({
    path: `/etc/storm/ingress/${name}.yml`,
    content: JSON.stringify(content),
    mode: "0644",
  });
  // A node that just died is still in the catalog for a moment: the next server is asked instead.
  // Of two servers one may be dead, and other requests take their turns in between: six tries of half a second (dialtimeout).
  const retry = { attempts: 6, initialInterval: "10ms" };
  return [
    ...files,
    settings("dynamic", { http: { middlewares: { retry: { retry } } } }),
    // Traefik watches the folder: writing this file last makes it read the certificates again.
    ...(listed ? [settings("certificates", { tls: { certificates: entries } })] : []),
  ];
}

/** Both are there without ACME too, empty: then their units do nothing, also when the cluster used it before. */
function acmeFiles({ acme, manager }: NodeSecrets): NodeFile[] {
  const names = acme === undefined ? "" : JSON.stringify({ names: Object.keys(acme.certificates).sort() });
  const issue = acme === undefined ? "" : JSON.stringify(acme);
  return [
    { path: "/etc/storm/acme/ingress.json", content: names, mode: "0644" },
    ...(manager ? [{ path: "/etc/storm/acme/issue.json", content: issue, mode: "0600" }] : []),
  ];
}
