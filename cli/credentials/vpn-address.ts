/** Mesh addresses of VPN peers: taken in Consul by compare-and-set, in one transaction with the credential that each comes with. */
import { vpnAddresses } from "../../plan/mesh";
import { UserError } from "../../tools/errors";
import { type Api, ApiError, change } from "../cluster/api";
import type { Credential } from "./certificate";
import { answered, clockOf, forget, issuedValue, ROOT, rows } from "./ledger";

/** As the managers read it (boot/scripts/storm_vpn.py), under its address. */
interface Claim {
  serial: string;
  person: string;
  publicKey: string;
  expires: string;
}

/** An address is somebody else's only when every manager's clock has seen the end of the one before. */
const LEFT_MS = 10 * 60_000;
const CONFLICT = 409;

/**
 * Enters a credential with its peer, before anybody gets them, under an address that nobody has.
 * @returns the address @throws UserError when all of them are taken
 */
export async function recordWithPeer(
  ledger: Api,
  credential: Credential,
  { publicKey, meshCidr }: { publicKey: string; meshCidr: string },
): Promise<string> {
  const { serial, person, expires } = credential;
  const claim: Claim = { serial, person, publicKey, expires: expires.toISOString() };
  const all = vpnAddresses(meshCidr);
  // Not one's own clock: ahead, it would call free what somebody has.
  const free = (await clockOf(ledger)).getTime() - LEFT_MS;
  // Whoever takes an address meanwhile is the reason for another round, so there are no more than addresses.
  for (let round = 0; round <= all.length; round++) {
    const taken = await claims(ledger);
    const own = [...taken].find(([, other]) => other.serial === serial)?.[0];
    if (own !== undefined) {
      await forget(ledger);
      return own;
    }
    const address = all.find((each) => !((taken.get(each)?.until ?? 0) > free));
    if (address === undefined) break;
    const index = taken.get(address)?.index ?? 0;
    await answered(enter(ledger, { address, index, claim, credential }));
  }
  throw new UserError(`all ${all.length} addresses of VPN peers are taken`, [
    "`storm credentials list` shows whose they are; each is free again when its credential has ended. A larger network.meshCidr has more, in a new cluster.",
  ]);
}

interface Taken {
  serial: string | undefined;
  until: number;
  index: number;
}

async function claims(ledger: Api): Promise<Map<string, Taken>> {
  const all = await rows<Claim>(ledger);
  const found = all.filter(({ list }) => list === "vpn");
  return new Map(
    found.map(({ name, value: { serial, expires = "" }, index }) => [
      name,
      { serial, until: Date.parse(expires), index },
    ]),
  );
}

/** Both or nothing. Lost to somebody else, it is no error: what is there is read again, also because an answer may have been lost. */
async function enter(
  ledger: Api,
  { address, index, claim, credential }: { address: string; index: number; claim: Claim; credential: Credential },
): Promise<void> {
  const key = (verb: object, name: string, value: object) => {
    return { KV: { ...verb, Key: `${ROOT}/${name}`, Value: Buffer.from(JSON.stringify(value)).toString("base64") } };
  };
  const body = JSON.stringify([
    key({ Verb: "cas", Index: index }, `vpn/${address}`, claim),
    key({ Verb: "set" }, `issued/${credential.serial}`, { ...issuedValue(credential), address }),
  ]);
  try {
    await change(ledger, "/v1/txn", { method: "PUT", body });
  } catch (error) {
    if (!(error instanceof ApiError && error.status === CONFLICT)) throw error;
  }
}
