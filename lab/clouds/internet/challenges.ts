/** The TXT records that lego writes by its provider's API: part of the zones from the next question on. */
import type { DnsZone } from "../world";

export interface TxtRecord {
  ttl: number;
  values: string[];
}

export class Challenges {
  /** By name, in lower case and without a dot at its end. Another object after each change. */
  all: Readonly<Record<string, TxtRecord>> = {};

  /** `zones`: those that the clouds have now. */
  constructor(readonly zones: () => readonly DnsZone[]) {}

  /** `name` in any spelling, with a dot at its end or without. */
  get(name: string): TxtRecord | undefined {
    return this.all[normal(name)];
  }

  /** Replaces what is there; without values there is none. */
  set(name: string, { ttl, values }: TxtRecord): void {
    const others = Object.entries(this.all).filter(([other]) => other !== normal(name));
    const own = values.length === 0 ? {} : { [normal(name)]: { ttl, values: [...new Set(values)] } };
    this.all = { ...Object.fromEntries(others), ...own };
  }
}

/** Whether a name is a zone's own or below it. */
export function isWithin(name: string, zone: string): boolean {
  return `.${normal(name)}`.endsWith(`.${normal(zone)}`);
}

export function normal(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
