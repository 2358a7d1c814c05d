/** Addresses that the lab has given away, on disk: the same key keeps its own for as long as it is in use. */
import { createHash } from "node:crypto";
import { readIfThere, writeAtomically } from "../../tools/files";
import { addressOf, contains, parseCidr } from "../plugins/shared/cidr";
import { type Addresses, INTERNET } from "./world";

export class KeptAddresses implements Addresses {
  /** "network key" -> address; public ones are in the network "". */
  private readonly given: Map<string, string>;
  private readonly used = new Set<string>();

  constructor(private readonly file: string) {
    this.given = new Map(Object.entries(JSON.parse(readIfThere(file) ?? "{}") as Record<string, string>)); // own file
  }

  private(network: string, cidr: string, key: string): string {
    return this.give(network, cidr, key);
  }

  public(key: string): string {
    return this.give("", INTERNET.clouds, key);
  }

  /** Begins a look at everything that is there. */
  begin(): void {
    this.used.clear();
  }

  /** Ends it: what nobody asked for since is free again. */
  sweep(): void {
    const unused = [...this.given.keys()].filter((key) => !this.used.has(key));
    for (const key of unused) this.given.delete(key);
    if (unused.length > 0) this.write();
  }

  private give(network: string, cidr: string, key: string): string {
    const whole = `${network} ${key}`;
    this.used.add(whole);
    const known = this.given.get(whole);
    if (known !== undefined && contains(cidr, known)) return known;
    const range = parseCidr(cidr);
    if (!range) throw new Error(`${key}: its network has no range of addresses (${cidr || "none"})`);
    const taken = new Set(
      [...this.given].filter(([other]) => other.startsWith(`${network} `)).map(([, given]) => given),
    );
    // Clouds keep the first four and the last for themselves. Not the first free one, which another had a moment ago.
    const count = range.last - range.first - 4;
    const start = createHash("sha256").update(whole).digest().readUInt32BE();
    for (let step = 0; step < count; step += 1) {
      const address = addressOf(range.first + 4 + ((start + step) % count));
      if (taken.has(address)) continue;
      this.given.set(whole, address);
      this.write();
      return address;
    }
    throw new Error(`no address is free in ${cidr}`);
  }

  private write(): void {
    writeAtomically(this.file, JSON.stringify(Object.fromEntries(this.given), undefined, 1), 0o600);
  }
}
