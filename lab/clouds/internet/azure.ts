/** Azure's log-in of service principals and its DNS, as far as lego asks them to. */
import { createHmac } from "node:crypto";
import { type Api, type ApiAnswer, json, sameSecret } from "./api";
import { normal } from "./challenges";
import type { Credentials } from "./credentials";

const TOKEN_SECONDS = 3600;

/** The tenant's OAuth 2 endpoint: a client's secret gives a token. */
export const azureLogin: Api = ({ method, path, body }, _records, { azure }) => {
  const [form, tenant] = [new URLSearchParams(body), /^\/([^/]+)\/oauth2\/token$/.exec(path)?.[1] ?? ""];
  if (method !== "POST" || tenant !== azure.AZURE_TENANT_ID) {
    return json(400, { error: "invalid_request", error_description: "AADSTS90002: Tenant not found." });
  }
  const known = sameSecret(form.get("client_id") ?? "", azure.AZURE_CLIENT_ID);
  if (!known || !sameSecret(form.get("client_secret") ?? "", azure.AZURE_CLIENT_SECRET)) {
    return json(401, { error: "invalid_client", error_description: "AADSTS7000215: Invalid client secret provided." });
  }
  const now = Math.floor(Date.now() / 1000);
  return json(200, {
    token_type: "Bearer",
    access_token: tokenOf(azure),
    expires_in: String(TOKEN_SECONDS),
    expires_on: String(now + TOKEN_SECONDS),
    not_before: String(now),
    resource: form.get("resource"),
  });
};

/** Zones and TXT record sets, in whatever resource group. */
export const azure: Api = ({ method, path, authorization, body }, records, credentials) => {
  if (!sameSecret(authorization, `Bearer ${tokenOf(credentials.azure)}`)) {
    return failure(401, "InvalidAuthenticationToken", "The access token is invalid.");
  }
  const [, subscription, zoneName = "", relative] =
    /^\/subscriptions\/([^/]+)\/resourceGroups\/[^/]+\/providers\/Microsoft\.Network\/dnsZones\/([^/]+)(?:\/TXT\/([^/]+))?$/i.exec(
      path,
    ) ?? [];
  if (subscription !== credentials.azure.AZURE_SUBSCRIPTION_ID) {
    return failure(404, "SubscriptionNotFound", "The subscription could not be found.");
  }
  const zone = records.zones().find(({ name }) => normal(name) === normal(zoneName));
  if (zone === undefined) return failure(404, "ResourceNotFound", `The zone '${zoneName}' was not found.`);
  if (relative === undefined) return json(200, { id: path, name: zone.name, location: "global", properties: {} });
  const name = relative === "@" ? zone.name : `${relative}.${zone.name}`;
  const set = () => {
    const { ttl, values } = records.get(name) ?? { ttl: 0, values: [] };
    const TXTRecords = values.map((value) => ({ value: [value] }));
    return { id: path, name: relative, type: "Microsoft.Network/dnszones/TXT", properties: { TTL: ttl, TXTRecords } };
  };
  const there = records.get(name) !== undefined;
  switch (method) {
    case "GET":
      return there ? json(200, set()) : failure(404, "NotFound", `The record set '${relative}' was not found.`);
    case "PUT":
      records.set(name, wantedSet(body));
      return json(there ? 200 : 201, set());
    case "DELETE":
      records.set(name, { ttl: 0, values: [] });
      return { ...json(there ? 200 : 204, {}), body: "" };
    default:
      return failure(405, "MethodNotAllowed", `the lab has no ${method} ${path}`);
  }
};

function wantedSet(body: string): { ttl: number; values: string[] } {
  const { properties = {} } = JSON.parse(body) as { properties?: { TTL?: number; TXTRecords?: { value: string[] }[] } };
  const values = (properties.TXTRecords ?? []).map(({ value }) => value.join(""));
  return { ttl: properties.TTL ?? 60, values };
}

/** The same after a restart: lego goes on with the one that it has. */
function tokenOf({ AZURE_CLIENT_SECRET }: Credentials["azure"]): string {
  return createHmac("sha256", AZURE_CLIENT_SECRET).update("token").digest("base64url");
}

function failure(status: number, code: string, message: string): ApiAnswer {
  return json(status, { error: { code, message } });
}
