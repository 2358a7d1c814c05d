/** A person's end of the tunnel to the managers. */
import { generateKeyPairSync } from "node:crypto";
import { UserError } from "../../tools/errors";
import type { StackOutputs } from "../cluster/access";
import type { Api } from "../cluster/api";
import type { Credential } from "./certificate";
import { rows } from "./ledger";
import { recordWithPeer } from "./vpn-address";

/** What a person's WireGuard client is given. */
export interface Tunnel {
  /** On the mesh. */
  address: string;
  /** Secret: it has the private key. */
  conf: string;
}

/** A manager as a person's WireGuard knows it: boot/scripts/storm_vpn.py on each says so of itself. */
export interface ManagerPeer {
  name: string;
  publicKey: string;
  /** "HOST:PORT" */
  endpoint: string;
  /** On the mesh. */
  address: string;
  meshCidr: string;
}

/** A resolver has no more. */
const NAMESERVERS = 3;
const KEEPALIVE_SECONDS = 25;

/** What may stand in a configuration that others run with root's rights: a line more could be a command. */
const FORM: Record<keyof Omit<ManagerPeer, "name">, RegExp> = {
  publicKey: /^[A-Za-z0-9+/]{43}=$/,
  endpoint: /^(\[[0-9a-fA-F:]+\]|[A-Za-z0-9.-]+):[0-9]{1,5}$/,
  address: /^[0-9.]{7,15}$/,
  meshCidr: /^[0-9.]{7,15}\/([89]|1[0-6])$/,
};

/**
 * Makes a peer and enters it together with the credential, before anybody gets them. Its private key is in the configuration alone.
 * @throws UserError when no address is free
 */
export async function enterPeer(
  ledger: Api,
  credential: Credential,
  managers: readonly [ManagerPeer, ...ManagerPeer[]],
): Promise<Tunnel> {
  const { privateKey, publicKey } = makeKeyPair();
  const address = await recordWithPeer(ledger, credential, { publicKey, meshCidr: managers[0].meshCidr });
  return { address, conf: wireguardConf(privateKey, address, managers) };
}

/** Base64 of 32 bytes, as `wg` has them; made in memory. */
export function makeKeyPair(): { privateKey: string; publicKey: string } {
  const { privateKey } = generateKeyPairSync("x25519");
  const { d, x } = privateKey.export({ format: "jwk" });
  const base64 = (text = "") => Buffer.from(text, "base64url").toString("base64");
  return { privateKey: base64(d), publicKey: base64(x) };
}

/** The managers that take VPN peers. @throws UserError when there are none */
export async function managerPeers(
  stack: string,
  ledger: Api,
  outputs: StackOutputs,
): Promise<[ManagerPeer, ...ManagerPeer[]]> {
  const nodes = (outputs["nodes"] ?? []) as { name?: unknown; role?: unknown }[]; // stacks/outputs.ts
  const names = nodes.flatMap(({ name, role }) => (role === "manager" ? [name] : []));
  const [first, ...others] = (await rows<ManagerPeer>(ledger))
    .filter(({ list, name }) => list === "managers" && names.includes(name))
    .flatMap(({ name, value }) => (isWhole(value) ? [{ ...value, name }] : []));
  if (first) return [first, ...others];
  throw new UserError(`no manager of stack ${stack} takes VPN peers`, [
    "`npm start` brings that to a cluster of an older version. With `network.mesh: off` there is none.",
  ]);
}

function isWhole(value: Partial<ManagerPeer>): value is ManagerPeer {
  return Object.entries(FORM).every(([key, form]) => {
    const text: unknown = value[key as keyof ManagerPeer]; // a key of FORM
    return typeof text === "string" && form.test(text);
  });
}

/** What `wg-quick` and other clients take. Each manager is a peer of its own, and nothing but its mesh address is behind it. */
export function wireguardConf(privateKey: string, address: string, managers: readonly ManagerPeer[]): string {
  const nameservers = managers.slice(0, NAMESERVERS).map((manager) => manager.address);
  const sections = managers.map(
    (manager) => `
[Peer]
# ${manager.name}
PublicKey = ${manager.publicKey}
Endpoint = ${manager.endpoint}
AllowedIPs = ${manager.address}/32
PersistentKeepalive = ${KEEPALIVE_SECONDS}
`,
  );
  return `[Interface]
PrivateKey = ${privateKey}
Address = ${address}/32
DNS = ${nameservers.join(", ")}
${sections.join("")}`;
}
