/** Route53's API, as far as lego asks it to: zones by name, TXT records, changes that are in force at once. */
import { zoneId } from "../../plugins/aws/route53";
import { type Api, type ApiAnswer, sameSecret } from "./api";
import { type Challenges, isWithin } from "./challenges";

/** Signatures are not checked: whoever has the access key's name is let in. */
export const route53: Api = ({ method, path, query, authorization, body }, records, { route53: own }) => {
  const given = /Credential=([^/,]+)/.exec(authorization)?.[1] ?? "";
  if (!sameSecret(given, own.AWS_ACCESS_KEY_ID)) {
    return failure(403, "InvalidClientTokenId", "The security token included in the request is invalid.");
  }
  const [, what = "", id = "", sets = ""] =
    /^\/2013-04-01\/(hostedzonesbyname|change|hostedzone)(?:\/([^/]+)(?:\/(rrset)\/?)?)?$/.exec(path) ?? [];
  if (method === "GET" && what === "hostedzonesbyname") return zones(query.get("dnsname") ?? "", records);
  if (method === "GET" && what === "change") return xml("GetChangeResponse", change(id));
  if (what !== "hostedzone" || sets === "") return failure(400, "InvalidInput", `the lab has no ${method} ${path}`);
  const zone = records.zones().find(({ name }) => zoneId(name) === id);
  if (zone === undefined) return failure(404, "NoSuchHostedZone", `No hosted zone found with ID: ${id}`);
  if (method === "GET") return recordSets(query.get("name") ?? "", records);
  return changeRecords(body, zone.name, records);
};

/** Beginning with this name; one that is not there gives none, which for lego is the same as the next. */
function zones(name: string, records: Challenges): ApiAnswer {
  const wanted = name.toLowerCase().replace(/\.$/, "");
  const found = records.zones().filter((zone) => wanted === "" || zone.name.toLowerCase() === wanted);
  const each = found.map(
    (zone) =>
      `<HostedZone><Id>/hostedzone/${zoneId(zone.name)}</Id><Name>${escaped(zone.name)}.</Name>` +
      "<CallerReference>storm</CallerReference><Config><PrivateZone>false</PrivateZone></Config></HostedZone>",
  );
  const rest = `<DNSName>${escaped(name)}</DNSName><IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>`;
  return xml("ListHostedZonesByNameResponse", `<HostedZones>${each.join("")}</HostedZones>${rest}`);
}

function recordSets(name: string, records: Challenges): ApiAnswer {
  const record = records.get(name);
  const values = (record?.values ?? []).map(
    (value) => `<ResourceRecord><Value>${escaped(`"${value}"`)}</Value></ResourceRecord>`,
  );
  const set =
    `<ResourceRecordSet><Name>${escaped(name)}</Name><Type>TXT</Type><TTL>${record?.ttl}</TTL>` +
    `<ResourceRecords>${values.join("")}</ResourceRecords></ResourceRecordSet>`;
  const all = `<ResourceRecordSets>${record === undefined ? "" : set}</ResourceRecordSets>`;
  return xml("ListResourceRecordSetsResponse", `${all}<IsTruncated>false</IsTruncated><MaxItems>100</MaxItems>`);
}

function changeRecords(body: string, zone: string, records: Challenges): ApiAnswer {
  const changes = texts(body, "Change").map((change) => ({
    action: texts(change, "Action")[0] ?? "",
    name: texts(change, "Name")[0] ?? "",
    type: texts(change, "Type")[0] ?? "",
    ttl: Number(texts(change, "TTL")[0] ?? 60),
    values: texts(change, "Value").map((value) => unescaped(value).replace(/^"(.*)"$/, "$1")),
  }));
  const wrong = changes.find(
    ({ action, name, type }) =>
      !["UPSERT", "DELETE"].includes(action) || type !== "TXT" || !isWithin(unescaped(name), zone),
  );
  if (changes.length === 0 || wrong !== undefined) {
    return failure(400, "InvalidChangeBatch", `the lab takes UPSERT and DELETE of TXT records below ${zone}.`);
  }
  for (const { action, name, ttl, values } of changes) {
    records.set(unescaped(name), { ttl, values: action === "DELETE" ? [] : values });
  }
  return xml("ChangeResourceRecordSetsResponse", change("CSTORM"));
}

/** In force at the next question. */
function change(id: string): string {
  return `<ChangeInfo><Id>/change/${escaped(id)}</Id><Status>INSYNC</Status><SubmittedAt>${new Date().toISOString()}</SubmittedAt></ChangeInfo>`;
}

function xml(root: string, inner: string, status = 200): ApiAnswer {
  const body = `<?xml version="1.0"?><${root} xmlns="https://route53.amazonaws.com/doc/2013-04-01/">${inner}</${root}>`;
  return { status, type: "text/xml", body };
}

function failure(status: number, code: string, message: string): ApiAnswer {
  const error = `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escaped(message)}</Message></Error>`;
  return xml("ErrorResponse", `${error}<RequestId>storm-lab</RequestId>`, status);
}

/** What is in all elements of this name. The SDK writes neither attributes nor elements of one name in each other. */
function texts(body: string, element: string): string[] {
  return [...body.matchAll(new RegExp(`<${element}>([^]*?)</${element}>`, "g"))].map(([, text = ""]) => text);
}

function escaped(text: string): string {
  return text.replace(/[<>&"]/g, (character) => `&#${character.charCodeAt(0)};`);
}

function unescaped(text: string): string {
  const named: Record<string, string> = { lt: "<", gt: ">", quot: '"', apos: "'", amp: "&" };
  return text.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex, decimal, name: string) =>
    hex
      ? String.fromCodePoint(parseInt(hex, 16))
      : decimal
        ? String.fromCodePoint(Number(decimal))
        : (named[name] ?? whole),
  );
}
