/**
 * `visiting.ts URL`: asks for a page four times a second, until standard input ends; a line of JSON for each request. Two people take
 * turns: one asks the DNS each time, the other keeps an address for as long as its record allows, as resolvers do.
 */
import type { RecordWithTtl } from "node:dns";
import { Resolver } from "node:dns/promises";
import { readFileSync } from "node:fs";
import { get } from "node:https";

/** A request as it ended. */
export interface Request {
  /** When it began, as Date.now() says it. */
  at: number;
  /** 0: no answer. */
  status: number;
  milliseconds: number;
  address: string;
  /** For how long the DNS allows to keep the address, in seconds. */
  ttl: number;
  /** Why there was no answer. */
  why?: string;
}

const EACH_MS = 250;
/** Longer than this nobody waits for a page. */
const PATIENCE_MS = 5_000;

type Address = RecordWithTtl & { until: number };

/** An address of the host by the DNS: by a resolver of its own, for one may keep what it was told. */
async function lookUp(host: string): Promise<Address> {
  const [found] = await new Resolver().resolve4(host, { ttl: true });
  if (found === undefined) throw new Error(`the DNS has no address of ${host}`);
  return { ...found, until: Date.now() + found.ttl * 1000 };
}

class Keeper {
  private kept?: Address;

  async address(host: string): Promise<Address> {
    if (this.kept === undefined || this.kept.until < Date.now()) this.kept = await lookUp(host);
    return this.kept;
  }
}

function fetchFrom(url: URL, { address, ttl }: Address, ca: Buffer): Promise<Omit<Request, "at" | "milliseconds">> {
  return new Promise((resolve) => {
    const options = { host: address, servername: url.hostname, headers: { host: url.host }, ca, agent: false };
    const failed = ({ message }: Error) => resolve({ status: 0, address, ttl, why: message });
    const request = get({ ...options, path: url.pathname, port: url.port || 443 }, (response) => {
      response.on("error", failed).resume();
      response.on("end", () => resolve({ status: response.statusCode ?? 0, address, ttl }));
    });
    const limit = setTimeout(() => request.destroy(new Error("no answer in time")), PATIENCE_MS);
    request.on("close", () => clearTimeout(limit));
    request.on("error", failed);
  });
}

async function visit(url: URL, addressOf: (host: string) => Promise<Address>, ca: Buffer): Promise<Request> {
  const at = Date.now();
  try {
    return { at, ...(await fetchFrom(url, await addressOf(url.hostname), ca)), milliseconds: Date.now() - at };
  } catch (error) {
    return { at, status: 0, milliseconds: Date.now() - at, address: "", ttl: 0, why: (error as Error).message };
  }
}

function main(text: string): void {
  const url = new URL(text);
  const ca = readFileSync(process.env["SSL_CERT_FILE"] ?? "");
  const keeper = new Keeper();
  const people = [lookUp, (host: string) => keeper.address(host)];
  let turn = 0;
  const timer = setInterval(() => {
    const addressOf = people[turn++ % people.length] ?? lookUp;
    void visit(url, addressOf, ca).then((request) => process.stdout.write(`${JSON.stringify(request)}\n`));
  }, EACH_MS);
  process.stdin.resume().on("end", () => clearInterval(timer));
}

main(process.argv[2] ?? "");
