/** The records that lego writes by its provider's API. They are part of the zones from the next question on. */
import type { DnsZone } from "../world";
import { challengesFile, zonesFile } from "./folder";

export interface TxtRecord {
  ttl: number;
  values: string[];
}

export class Challenges {
  private readonly file = challengesFile();
  private readonly zonesNow = zonesFile();

  /** Those that the clouds have now. */
  zones(): readonly DnsZone[] {
    return this.zonesNow.read();
  }

  /** `name` in any spelling, with a dot at its end or without. */
  get(name: string): TxtRecord | undefined {
    return this.file.read()[normal(name)];
  }

  /** Replaces what is there; without values there is none. */
  set(name: string, { ttl, values }: TxtRecord): void {
    const { [normal(name)]: _, ...others } = this.file.read();
    this.file.write(values.length === 0 ? others : { ...others, [normal(name)]: { ttl, values: [...new Set(values)] } });
  }

  /** All records of a zone by name. */
  within(zone: string): [string, TxtRecord][] {
    return Object.entries(this.file.read()).filter(([name]) => isWithin(name, zone));
  }
}

/** Whether a name is a zone's own or below it. */
export function isWithin(name: string, zone: string): boolean {
  return `.${normal(name)}`.endsWith(`.${normal(zone)}`);
}

export function normal(name: string): string {
  return name.toLowerCase().replace(/\.$/, "");
}
