/** The clouds' APIs, as far as `storm config` asks them, on this machine: with errors as the real ones word them. */
import { createHash } from "node:crypto";
import { answering } from "./answering-server";

/** The only ones that it takes. */
export const GOOD = {
  aws: { id: "AKIDGOOD", secret: "canary-aws-secret" },
  azure: { tenant: "tenant-1", client: "client-1", secret: "canary-azure-secret", assertion: "canary-oidc-token" },
  digitalOcean: "canary-do-token",
  zone: "storm.example.com",
};

export interface CloudApis {
  origin: string;
  /** "METHOD path" of all that was asked. */
  asked: string[];
  close(): void;
}

export async function cloudApis(): Promise<CloudApis> {
  const asked: string[] = [];
  const { origin, close } = await answering(({ method, url, headers, body }) => {
    asked.push(`${method} ${url}`);
    return answerTo(url, headers.authorization ?? "", body);
  });
  return { origin, asked, close };
}

const TOKEN = createHash("sha256").update(GOOD.azure.secret).digest("hex");

function answerTo(url: string, authorization: string, body: string): [status: number, text: string] {
  if (body.includes("GetCallerIdentity")) return caller(authorization, body);
  if (url.endsWith("/oauth2/v2.0/token")) return login(url, new URLSearchParams(body));
  if (url.startsWith("/v2/")) return digitalOcean(url, authorization);
  if (authorization !== `Bearer ${TOKEN}`) return [401, azureError("InvalidAuthenticationToken", authorization)];
  if (url === "/subscriptions/subscription-1?api-version=2022-12-01")
    return [200, JSON.stringify({ displayName: "Production", state: "Enabled" })];
  const zone = `/subscriptions/subscription-1/resourceGroups/dns/providers/Microsoft.Network/dnsZones/${GOOD.zone}`;
  if (url === `${zone}?api-version=2018-05-01`) return [200, JSON.stringify({ name: GOOD.zone })];
  if (url.includes("/dnsZones/")) return [404, azureError("ResourceNotFound", "not found")];
  return [403, azureError("AuthorizationFailed", `the client ${GOOD.azure.client} does not have authorization`)];
}

function caller(authorization: string, body: string): [number, string] {
  const good = authorization.startsWith(`AWS4-HMAC-SHA256 Credential=${GOOD.aws.id}/`);
  if (!good || body !== "Action=GetCallerIdentity&Version=2011-06-15")
    return [
      403,
      `<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>${authorization}</Message></Error></ErrorResponse>`,
    ];
  const who = "<Arn>arn:aws:iam::123456789012:user/ops</Arn><Account>123456789012</Account>";
  return [
    200,
    `<GetCallerIdentityResponse><GetCallerIdentityResult>${who}</GetCallerIdentityResult></GetCallerIdentityResponse>`,
  ];
}

function login(url: string, form: URLSearchParams): [number, string] {
  const { tenant, client, secret, assertion } = GOOD.azure;
  const proven = form.get("client_secret") === secret || form.get("client_assertion") === assertion;
  if (url === `/${tenant}/oauth2/v2.0/token` && form.get("client_id") === client && proven)
    return [200, JSON.stringify({ access_token: TOKEN, token_type: "Bearer" })];
  const description = `AADSTS7000215: Invalid client secret provided: ${form.get("client_secret")}`;
  return [401, JSON.stringify({ error: "invalid_client", error_description: description })];
}

function digitalOcean(url: string, authorization: string): [number, string] {
  if (authorization !== `Bearer ${GOOD.digitalOcean}`)
    return [401, JSON.stringify({ id: "Unauthorized", message: `Unable to authenticate you: ${authorization}` })];
  if (url === "/v2/account") return [200, JSON.stringify({ account: { status: "active", team: { name: "Ops" } } })];
  if (url === `/v2/domains/${GOOD.zone}`) return [200, JSON.stringify({ domain: { name: GOOD.zone } })];
  return [404, JSON.stringify({ id: "not_found", message: "not found" })];
}

function azureError(code: string, message: string): string {
  return JSON.stringify({ error: { code, message } });
}
