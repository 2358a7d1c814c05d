import * as crypto from "node:crypto";
import { digitalOceanOutputs } from "./fake-digitalocean";
import { awsOutputs } from "./fake-aws";
import { azureOutputs } from "./fake-azure";

/**
 * What the providers would answer: the same for the same name, and for a secret a text that says whose it is, so that
 * it is found wherever it may have got to.
 */
export function outputsOf(type: string, name: string, inputs: Record<string, unknown>): Record<string, unknown> {
  const make = BY_TYPE[type] ?? (type.startsWith("aws:") || type === "pulumi:providers:aws" ? awsOutputs : undefined);
  if (!make) throw new Error(`no fake outputs for ${type}`);
  return make(name, inputs);
}

type Fake = (name: string, inputs: Record<string, unknown>) => Record<string, unknown>;

const BY_TYPE: Record<string, Fake> = {
  "tls:index/privateKey:PrivateKey": (name) => ({
    privateKeyPem: pem("PRIVATE KEY", `${name} pem`, 64),
    privateKeyOpenssh: pem("OPENSSH PRIVATE KEY", `${name} openssh`, 290),
    // The provider's answer ends its line.
    publicKeyOpenssh: `ssh-ed25519 ${bytes(`${name} public`, 51)}\n`,
    publicKeyPem: pem("PUBLIC KEY", `${name} public`, 64),
  }),
  "tls:index/selfSignedCert:SelfSignedCert": certificate,
  "tls:index/certRequest:CertRequest": (name, inputs) => ({
    certRequestPem: pem("CERTIFICATE REQUEST", `${name} ${JSON.stringify(inputs)}`, 300),
  }),
  "tls:index/locallySignedCert:LocallySignedCert": certificate,
  "storm:local:Network": (name) => ({ networkId: `network ${name}`, cidr: "172.28.0.0/24", gateway: "172.28.0.1" }),
  "storm:local:Node": (name) => ({ containerId: `container ${name}`, address: addressOf(name), running: true }),
  "storm:local:Service": (name, { publish }) => ({
    containerId: `container ${name}`,
    address: addressOf(name),
    ports: Object.fromEntries(((publish ?? []) as { name: string; preferred: number[] }[]).map(firstPreferred)),
    running: true,
  }),
  "command:remote:Command": (name) => ({ stdout: JSON.stringify({ publicKey: publicKeyOf(name) }), stderr: "" }),
  "command:remote:CopyToRemote": () => ({}),
  "pulumi:index:Stash": (_, { input }) => ({ output: input }),
  ...digitalOceanOutputs,
  ...azureOutputs,
};

/** Address of a fake container. */
export function addressOf(name: string): string {
  const last = crypto.createHash("sha256").update(name).digest()[0] ?? 0;
  return `172.28.0.${10 + (last % 240)}`;
}

/** What the fake command `name` says is its node's mesh key. */
export function publicKeyOf(name: string): string {
  return bytes(`${name} mesh key`, 32);
}

/** Another one whenever its key, its authority or its request is another one. */
function certificate(name: string, inputs: Record<string, unknown>) {
  return {
    certPem: pem("CERTIFICATE", `${name} ${JSON.stringify(inputs)}`, 400),
    validityEndTime: "2027-01-01T00:00:00Z",
  };
}

function firstPreferred({ name, preferred }: { name: string; preferred: number[] }): [string, number] {
  return [name, preferred[0] ?? 0];
}

/** Base64 of `length` bytes that depend on `seed` alone and do not compress. */
export function bytes(seed: string, length: number): string {
  return Buffer.from(crypto.hkdfSync("sha256", seed, "", "fake", length)).toString("base64");
}

function pem(label: string, seed: string, length: number): string {
  const lines = bytes(seed, length).match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}
