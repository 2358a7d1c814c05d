/** DigitalOcean's API, as far as lego asks it to: TXT records of a domain. */
import { createHash } from "node:crypto";
import { type Api, type ApiAnswer, json, sameSecret } from "./api";
import { type Challenges, isWithin, normal } from "./challenges";

export const digitalocean: Api = ({ method, path, authorization, body }, records, { digitalocean: own }) => {
  if (!sameSecret(authorization, `Bearer ${own.DO_AUTH_TOKEN}`)) {
    return failure(401, "Unauthorized", "Unable to authenticate you");
  }
  const [, domain = "", id] = /^\/v2\/domains\/([^/]+)\/records(?:\/(\d+))?$/.exec(path) ?? [];
  const zone = records.zones().find(({ name }) => normal(name) === normal(domain));
  if (zone === undefined) return failure(404, "not_found", "The resource you were accessing could not be found.");
  const all = existing(zone.name, records);
  if (method === "POST" && id === undefined) return add(zone.name, body, records);
  if (method === "GET" && id === undefined) return json(200, { domain_records: all, meta: { total: all.length } });
  const record = all.find((each) => String(each.id) === id);
  if (record === undefined) return failure(404, "not_found", "The resource you were accessing could not be found.");
  if (method === "GET") return json(200, { domain_record: record });
  if (method !== "DELETE") return failure(405, "method_not_allowed", `the lab has no ${method} ${path}`);
  const { ttl, values } = records.get(record.name) ?? { ttl: 0, values: [] };
  records.set(record.name, { ttl, values: values.filter((value) => value !== record.data) });
  return { ...json(204, {}), body: "" };
};

/** One for each value. `name` is whole here, as lego sends it. */
function existing(zone: string, records: Challenges) {
  return Object.entries(records.all)
    .filter(([name]) => isWithin(name, zone))
    .flatMap(([name, { ttl, values }]) =>
      values.map((data) => ({ id: idOf(name, data), type: "TXT", name, data, ttl })),
    );
}

function add(zone: string, body: string, records: Challenges): ApiAnswer {
  const { type, name, data, ttl = 1800 } = JSON.parse(body) as Record<string, unknown>;
  if (type !== "TXT" || typeof name !== "string" || typeof data !== "string" || data === "") {
    return failure(422, "unprocessable_entity", "the lab takes TXT records with a name and data.");
  }
  // Within the domain, "@" for itself; lego's are whole, with a dot at their end.
  const whole = normal(name === "@" ? zone : isWithin(name, zone) ? name : `${name}.${zone}`);
  const before = records.get(whole)?.values ?? [];
  records.set(whole, { ttl: Number(ttl), values: [...before, data] });
  return json(201, { domain_record: { id: idOf(whole, data), type, name: whole, data, ttl } });
}

/** A record is known by what is in it: nothing has to be kept. */
function idOf(name: string, data: string): number {
  return createHash("sha256").update(`${name} ${data}`).digest().readUInt32BE();
}

function failure(status: number, id: string, message: string): ApiAnswer {
  return json(status, { id, message });
}
