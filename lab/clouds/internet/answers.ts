/** What the lab's DNS answers to a question: authoritative for the clouds' zones, with weights and health. Pure. */
import type { Answer } from "dns-packet";
import type { DnsAnswer, DnsRecord, DnsZone } from "../world";
import type { TxtRecord } from "./challenges";
import { HOSTS, NAME_SERVER } from "./names";

export interface Reply {
  code: "NOERROR" | "NXDOMAIN";
  authoritative: boolean;
  answers: Answer[];
  authorities: Answer[];
}

/** Of our own records that are in no zone. */
const TTL_SECONDS = 60;
/** For how long "no such name" may be kept: short, so that a record that comes is seen. */
const NEGATIVE_SECONDS = 1;
/** CNAMEs followed for one question. */
const MOST_HOPS = 8;

interface Zone {
  name: string;
  /** Owner, in lower case, to its records; names that only have names below them are there with none (RFC 4592). */
  owners: Map<string, DnsRecord[]>;
}

/** What there is at a name. */
interface Found {
  zone?: Zone;
  exists: boolean;
  records: DnsRecord[];
}

export class Answers {
  private readonly zones = new Map<string, Zone>();

  /** `isIn`: whether an answer's target takes connections. `random`: at least 0, below 1. */
  constructor(
    zones: readonly DnsZone[],
    challenges: Readonly<Record<string, TxtRecord>>,
    private readonly isIn: (answer: DnsAnswer) => boolean,
    private readonly random: () => number = Math.random,
  ) {
    for (const { name, records } of zones) {
      const zone: Zone = { name: name.toLowerCase(), owners: new Map([[name.toLowerCase(), []]]) };
      this.zones.set(zone.name, zone);
      for (const record of records) enter(zone, record);
    }
    for (const [name, { ttl, values }] of Object.entries(challenges)) {
      const zone = this.zoneOf(name);
      const answers = values.map((value) => ({ value, weight: 1 }));
      if (zone !== undefined) enter(zone, { name, type: "TXT", ttl, answers, choose: "all" });
    }
  }

  /** `name` as it was asked: answers repeat its spelling. `type`: e.g. "A". */
  answer(name: string, type: string): Reply {
    const answers: Answer[] = [];
    for (let [at, hops] = [name, 0]; ; hops++) {
      const { zone, exists, records } = this.find(at.toLowerCase());
      const alias = type === "CNAME" ? undefined : records.find((record) => record.type === "CNAME");
      if (alias !== undefined && hops < MOST_HOPS) {
        const [target] = this.chosen(alias);
        if (target !== undefined) {
          answers.push({ name: at, type: "CNAME", ttl: target.ttl ?? alias.ttl, data: target.value });
          at = target.value.replace(/\.$/, "");
          continue;
        }
      }
      const own = [...this.ofType(at, type, records), ...ofZone(at, type, zone)];
      answers.push(...own);
      return {
        code: exists ? "NOERROR" : "NXDOMAIN",
        authoritative: this.zoneOf(name.toLowerCase()) !== undefined,
        answers,
        authorities: own.length === 0 && zone !== undefined ? [soa(zone.name, zone)] : [],
      };
    }
  }

  private ofType(name: string, type: string, records: readonly DnsRecord[]): Answer[] {
    return records
      .filter((record) => record.type === type)
      .flatMap((record) => this.chosen(record).map((answer) => packetOf(name, record, answer)));
  }

  /** Those whose targets are in; when all are out, all of them, as Route53 does. Then one by weight, where one goes out. */
  private chosen({ answers, choose }: DnsRecord): DnsAnswer[] {
    const alive = answers.filter((answer) => this.isIn(answer));
    const pool = alive.length > 0 ? alive : answers;
    if (choose === "all") return pool;
    const weights = pool.map(({ weight }) => weight);
    const sum = weights.reduce((total, weight) => total + weight, 0);
    // Weights of 0 alone are as good as equal ones.
    let left = this.random() * (sum || pool.length);
    const one = pool.find((_, index) => (left -= sum > 0 ? (weights[index] ?? 0) : 1) < 0);
    return one === undefined ? [] : [one];
  }

  private find(name: string): Found {
    const host = HOSTS[name];
    const zone = this.zoneOf(name);
    if (zone === undefined) {
      const answers = host === undefined ? [] : [{ value: host, weight: 1 }];
      const records: DnsRecord[] = [{ name, type: "A", ttl: TTL_SECONDS, answers, choose: "all" }];
      return { exists: host !== undefined, records };
    }
    const owned = zone.owners.get(name);
    if (owned !== undefined) return { zone, exists: true, records: owned };
    // The closest name above that exists: a wildcard right below it answers, none from further up.
    let closest = parent(name);
    while (!zone.owners.has(closest)) closest = parent(closest);
    const wild = zone.owners.get(`*.${closest}`);
    return { zone, exists: wild !== undefined, records: wild ?? [] };
  }

  /** The zone with the longest name that fits. */
  zoneOf(name: string): Zone | undefined {
    for (let at = name; at !== ""; at = parent(at)) {
      const zone = this.zones.get(at);
      if (zone !== undefined) return zone;
    }
    return undefined;
  }
}

function enter(zone: Zone, record: DnsRecord): void {
  const name = record.name.toLowerCase();
  for (let at = name; !zone.owners.has(at) && at !== ""; at = parent(at)) zone.owners.set(at, []);
  zone.owners.get(name)?.push(record);
}

function parent(name: string): string {
  return name.includes(".") ? name.slice(name.indexOf(".") + 1) : "";
}

function packetOf(name: string, { type, ttl: ofAll }: DnsRecord, { value, ttl = ofAll }: DnsAnswer): Answer {
  // A string of a TXT record has at most 255 bytes; longer ones are several, which readers put together.
  return type === "TXT"
    ? { name, type, ttl, data: value.match(/[^]{1,255}/g) ?? [""] }
    : { name, type, ttl, data: value };
}

function ofZone(name: string, type: string, zone: Zone | undefined): Answer[] {
  if (zone === undefined || zone.name !== name.toLowerCase()) return [];
  if (type === "SOA") return [soa(name, zone)];
  return type === "NS" ? [{ name, type, ttl: TTL_SECONDS, data: NAME_SERVER }] : [];
}

function soa(name: string, zone: Zone): Answer {
  const data = {
    mname: NAME_SERVER,
    rname: `hostmaster.${zone.name}`,
    serial: 1,
    refresh: 60,
    retry: 60,
    expire: 3600,
  };
  return { name, type: "SOA", ttl: NEGATIVE_SECONDS, data: { ...data, minimum: NEGATIVE_SECONDS } };
}
