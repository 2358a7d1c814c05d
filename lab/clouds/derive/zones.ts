/** Zones of all clouds together: one zone a name, and host names among addresses resolved, as the clouds' own servers do it. */
import { isIPv4 } from "node:net";
import type { DnsAnswer, DnsZone } from "../world";

export function mergeZones(all: readonly DnsZone[]): DnsZone[] {
  const zones = new Map<string, DnsZone>();
  for (const { name, records } of all)
    zones.set(name, { name, records: [...(zones.get(name)?.records ?? []), ...records] });
  const records = [...zones.values()].flatMap((zone) => zone.records);
  const addresses = (name: string): string[] =>
    records
      .filter((record) => record.type === "A" && record.name === name.replace(/\.$/, ""))
      .flatMap(({ answers }) => answers.map(({ value }) => value).filter((value) => isIPv4(value)));
  const resolved = (answer: DnsAnswer): DnsAnswer[] => {
    if (isIPv4(answer.value)) return [answer];
    const found = addresses(answer.value);
    return found.map((value) => ({
      ...answer,
      value,
      weight: answer.weight / found.length,
      ...(answer.check ? { check: { ...answer.check, address: value } } : {}),
    }));
  };
  return [...zones.values()].map((zone) => ({
    name: zone.name,
    records: zone.records.map((record) =>
      record.type === "A" ? { ...record, answers: record.answers.flatMap(resolved) } : record,
    ),
  }));
}
