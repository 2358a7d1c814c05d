/** What a person gets: all that the docker client needs, with a tunnel if one is wanted, and nothing else. */
import { chmodSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { tar } from "../../lab/local/tar";
import { UserError } from "../../tools/errors";
import { contextName } from "../commands/context";
import { shellQuote } from "../shell-quote";
import type { Credential } from "./certificate";
import { qrSvg } from "./qr-code";

export interface BundleArgs {
  stack: string;
  /** "tcp://HOST:PORT" of the managers; the docker client takes one. */
  dockerHosts: readonly [string, ...string[]];
  /** Of the Docker API's authority: the one that its server has to show. */
  caPem: string;
  credential: Pick<Credential, "person" | "certPem" | "keyPem" | "expires">;
  /** With a VPN peer: its configuration, and the authority of Consul's HTTPS. The managers' common name is the first of `dockerHosts` then. */
  vpn?: { conf: string; consulCaPem: string };
}

/** The archive in a bundle that `docker context import` takes. */
export const contextFile = (stack: string): string => `${contextName(stack)}.dockercontext`;

/** Each file of a bundle by its name. */
export function bundleFiles({
  stack,
  dockerHosts,
  caPem,
  credential,
  vpn,
}: BundleArgs): Record<string, string | Buffer> {
  const pems = { "ca.pem": caPem, "cert.pem": credential.certPem, "key.pem": credential.keyPem };
  const until = credential.expires.toISOString();
  const [dockerHost, ...others] = dockerHosts;
  const meta = {
    Name: contextName(stack),
    Metadata: { Description: `Storm's cluster ${stack}, for ${credential.person} until ${until}` },
    Endpoints: { docker: { Host: dockerHost, SkipTLSVerify: false } },
  };
  const archive = [
    { path: "meta.json", content: JSON.stringify(meta), mode: 0o644 },
    ...Object.entries(pems).map(([name, content]) => ({ path: `tls/docker/${name}`, content, mode: 0o600 })),
  ];
  const otherwise = vpn ? "without the tunnel" : "if that manager does not answer";
  const environment = `# Storm's cluster ${stack}, for ${credential.person} until ${until}
# . FOLDER/env.sh in bash and zsh; other shells have to be in the folder, for only those two say where a file is that they read
DOCKER_CERT_PATH=$(cd -- "$(dirname -- "\${BASH_SOURCE:-$0}")" && pwd)
[ -f "$DOCKER_CERT_PATH/ca.pem" ] || echo "env.sh: no ca.pem in $DOCKER_CERT_PATH: this shell has to read it in its own folder" >&2
DOCKER_HOST=${shellQuote(dockerHost)}
${others.map((other) => `# ${otherwise}: DOCKER_HOST=${shellQuote(other)}\n`).join("")}DOCKER_TLS_VERIFY=1
export DOCKER_CERT_PATH DOCKER_HOST DOCKER_TLS_VERIFY
`;
  return { ...pems, "env.sh": environment, [contextFile(stack)]: tar(archive), ...(vpn ? vpnFiles(vpn) : {}) };
}

function vpnFiles({ conf, consulCaPem }: NonNullable<BundleArgs["vpn"]>): Record<string, string> {
  return { "wireguard.conf": conf, "wireguard.svg": qrSvg(conf), "consul-ca.pem": consulCaPem };
}

/** @throws UserError for a folder that has something in it: it may be somebody's key */
export function claimFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  if (readdirSync(folder).length > 0)
    throw new UserError(`${folder} is not empty`, ["Give another folder with --out, or take away what is in it."]);
  chmodSync(folder, 0o700);
}

/** Whatever repository the folder is in, git sees nothing of it. */
export function writeBundle(folder: string, files: Record<string, string | Buffer>): void {
  for (const [name, content] of Object.entries({ ".gitignore": "*\n", ...files }))
    writeFileSync(join(folder, name), content, { mode: 0o600 });
}
