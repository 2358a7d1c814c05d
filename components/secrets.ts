import * as crypto from "node:crypto";
import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";

/** Groups of secrets that rotate together: replacing one group's key changes that group alone. */
export type RotationGroup = "identity" | "gossip" | "management" | "tokens";

/** Names of the tokens that parts of the cluster use, by what may read the catalog up to what may change it. */
export const TOKEN_NAMES = [
  "agent",
  "catalog",
  "registrator",
  "node",
  "controller",
  "credentials",
  "operator",
] as const;
export type TokenName = (typeof TOKEN_NAMES)[number];

export interface Token {
  accessor: string;
  secret: string;
}

/** HKDF-SHA256 (RFC 5869) of a group's key: the same key and purpose give the same bytes, so a crash loses nothing. */
export function derive(keyPem: string, purpose: string, length: number): Buffer {
  return Buffer.from(crypto.hkdfSync("sha256", keyPem, "storm", purpose, length));
}

/** Sixteen bytes as a UUID of version 8 (RFC 9562), the form that Consul asks of accessors and secrets. */
export function uuid(bytes: Buffer): string {
  const copy = Buffer.from(bytes);
  copy[6] = ((copy[6] ?? 0) & 0x0f) | 0x80;
  copy[8] = ((copy[8] ?? 0) & 0x3f) | 0x80;
  return copy.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Every secret of the cluster that is no certificate, whether it was made here or comes from another stack. */
export interface ClusterSecrets {
  /** Four hexadecimal digits that tell this cluster's containers and networks from another checkout's. */
  readonly clusterId: pulumi.Output<string>;
  /** Base64 of 32 bytes. */
  readonly gossipKey: pulumi.Output<string>;
  readonly management: pulumi.Output<Token>;
  readonly tokens: pulumi.Output<Record<TokenName, Token>>;
  /** Token with which the nodes of an elastic pool enrol, by the pool's key. */
  readonly poolToken: (pool: string) => pulumi.Output<Token>;
  /** The program's own SSH key. */
  readonly sshKey: Pick<tls.PrivateKey, "publicKeyOpenssh" | "privateKeyOpenssh">;
}

/** Makes them: one private key per rotation group, and all else derived from those. */
export class Secrets extends pulumi.ComponentResource implements ClusterSecrets {
  readonly clusterId: pulumi.Output<string>;
  readonly gossipKey: pulumi.Output<string>;
  readonly management: pulumi.Output<Token>;
  readonly tokens: pulumi.Output<Record<TokenName, Token>>;
  readonly poolToken: (pool: string) => pulumi.Output<Token>;
  readonly sshKey: tls.PrivateKey;

  constructor(name: string, opts?: pulumi.ComponentResourceOptions) {
    super("storm:secrets:Secrets", name, {}, opts);
    const group = (of: RotationGroup) =>
      new tls.PrivateKey(`${name}-${of}`, { algorithm: "ED25519" }, { parent: this }).privateKeyPem;
    this.clusterId = pulumi.unsecret(group("identity").apply((key) => derive(key, "cluster-id", 2).toString("hex")));
    this.gossipKey = group("gossip").apply((key) => derive(key, "gossip", 32).toString("base64"));
    this.management = group("management").apply((key) => token(key, "management"));
    const tokenKey = group("tokens");
    this.tokens = tokenKey.apply((key) => tokens(key));
    this.poolToken = (pool) => tokenKey.apply((key) => token(key, `pool/${pool}`));
    this.sshKey = new tls.PrivateKey(`${name}-ssh`, { algorithm: "ED25519" }, { parent: this });
    this.registerOutputs({ clusterId: this.clusterId });
  }
}

function tokens(key: string): Record<TokenName, Token> {
  const entries = TOKEN_NAMES.map((name): [TokenName, Token] => [name, token(key, name)]);
  return Object.fromEntries(entries) as Record<TokenName, Token>; // one entry for each of TOKEN_NAMES
}

function token(key: string, name: string): Token {
  return {
    accessor: uuid(derive(key, `accessor/${name}`, 16)),
    secret: uuid(derive(key, `secret/${name}`, 16)),
  };
}
