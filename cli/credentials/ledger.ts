/** Who was given a credential and whose was revoked: kept in Consul, where the managers' proxies look (boot/scripts/storm_credentials.py). */
import { messageOf, UserError } from "../../tools/errors";
import { consulApi, type StackOutputs } from "../cluster/access";
import { type Api, ApiError, change, getJson, open } from "../cluster/api";
import type { Credential } from "./certificate";

/** A credential as the list has it. Times are RFC 3339. */
export interface Entry {
  person: string;
  serial: string;
  issued: string;
  expires: string;
  /** When. */
  revoked?: string;
  /** On the mesh, of the VPN peer that came with it. */
  address?: string;
}

export type State = "good" | "revoked" | "ended";

export const ROOT = "storm/credentials";
const DAY_MS = 86_400_000;
/** How long the list remembers what has ended. */
const KEPT_DAYS = 30;

/** @throws UserError for a stack that has no way there */
export function ledgerOf(stack: string, outputs: StackOutputs): Api {
  const token = outputs["credentialsToken"];
  const api = typeof token === "string" ? consulApi(outputs, token) : undefined;
  if (api) return api;
  throw new UserError(`stack ${stack} has no list of credentials`, [
    "`npm start` brings it to a cluster of an older version. Of an environment in several stacks, the one with the layer nodes has it.",
  ]);
}

/** A key of one of its lists, "<list>/<name>". */
interface Row<T> {
  list: string;
  name: string;
  value: Partial<T>;
  /** What a compare-and-set has to name. */
  index: number;
}

/** All that is there. @throws UserError when Consul does not answer */
export async function rows<T>(ledger: Api): Promise<Row<T>[]> {
  return (await answered(readAll(ledger))).map(({ Key, Value, ModifyIndex }) => {
    const [list = "", name = ""] = Key.slice(ROOT.length + 1).split("/");
    const value = JSON.parse(Buffer.from(Value ?? "", "base64").toString()) as Partial<T>;
    return { list, name, value, index: ModifyIndex };
  });
}

/** The newest first. */
export async function entries(ledger: Api): Promise<Entry[]> {
  const all = await rows<Entry>(ledger);
  const revoked = new Map(all.flatMap(({ list, name, value }) => (list === "revoked" ? [[name, value]] : [])));
  return all
    .filter(({ list }) => list === "issued")
    .map(({ name: serial, value: { person = "", issued = "", expires = "", address } }) => {
      const when = revoked.get(serial)?.revoked;
      return {
        ...{ person, serial, issued, expires },
        ...(address === undefined ? {} : { address }),
        ...(when === undefined ? {} : { revoked: when }),
      };
    })
    .sort((a, b) => (a.issued < b.issued ? 1 : -1));
}

/** The time as the cluster has it: by it the managers end certificates. One's own clock may be wrong, and what is gone from here is good again. */
export async function clockOf(ledger: Api): Promise<Date> {
  return answered(
    open(ledger, "/v1/status/leader").then((answer) => {
      answer.resume();
      const now = new Date(answer.headers.date ?? NaN);
      if (Number.isNaN(now.getTime())) throw new Error("Consul's answer has no date");
      return now;
    }),
  );
}

export function stateOf({ revoked, expires }: Entry, now: Date): State {
  if (new Date(expires) <= now) return "ended";
  return revoked === undefined ? "good" : "revoked";
}

/** Enters a credential before anybody gets it, and takes out what ended long ago. */
export async function record(ledger: Api, credential: Credential): Promise<void> {
  await answered(put(ledger, `issued/${credential.serial}`, issuedValue(credential)));
  await forget(ledger);
}

/** What the list says of a credential. */
export function issuedValue({ person, issued, expires }: Credential): object {
  return { person, issued: issued.toISOString(), expires: expires.toISOString() };
}

/** Takes out what ended long ago. */
export async function forget(ledger: Api): Promise<void> {
  const now = await clockOf(ledger);
  const old = (await entries(ledger)).filter((each) => Date.parse(each.expires) < now.getTime() - KEPT_DAYS * DAY_MS);
  for (const each of old)
    for (const list of ["revoked", "issued"])
      await answered(change(ledger, `/v1/kv/${ROOT}/${list}/${each.serial}`, { method: "DELETE" }));
}

/** For ever: no credential is taken back from the list of those revoked before it has ended. */
export async function revoke(ledger: Api, { person, serial, expires }: Entry, now: Date): Promise<void> {
  await answered(put(ledger, `revoked/${serial}`, { person, expires, revoked: now.toISOString() }));
}

async function put(ledger: Api, key: string, value: object): Promise<void> {
  const done = await change(ledger, `/v1/kv/${ROOT}/${key}`, { method: "PUT", body: JSON.stringify(value) });
  if (done.trim() !== "true") throw new Error(`Consul did not take ${key}: ${done.slice(0, 100)}`);
}

async function readAll(ledger: Api): Promise<{ Key: string; Value: string | null; ModifyIndex: number }[]> {
  try {
    return await getJson(ledger, `/v1/kv/${ROOT}/?recurse`);
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return [];
    throw error;
  }
}

/** @throws UserError in place of what Consul says, or does not */
export async function answered<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new UserError(`the cluster's list of credentials can not be asked: ${messageOf(error)}`, [
      "It is in Consul, which answers to network.adminCidrs only, and while the cluster runs.",
    ]);
  }
}
