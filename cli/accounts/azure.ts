/** Azure credentials: where the provider's chain would find them, and what subscription they open. */
import { findOnPath } from "../../tools/find-on-path";
import { readIfThere } from "../../tools/files";
import { type Finding, type Judge, judge } from "./finding";
import { type Environment, orUnchecked, read } from "./reading";
import { jsonOf, request } from "./request";

/** Azure's own addresses; tests have others. */
export const AZURE = { login: "https://login.microsoftonline.com", management: "https://management.azure.com" };

/** Somebody that Azure's login knows, by a secret or by a token of the CI's. */
export interface Principal {
  tenant: string;
  client: string;
  secret?: string;
  assertion?: string;
}

const SUBSCRIPTIONS_VERSION = "2022-12-01";
const ZONES_VERSION = "2018-05-01";

/** What the environment says to the provider. */
export async function checkAzure(env: Environment = process.env, places = AZURE): Promise<Finding> {
  const { ARM_SUBSCRIPTION_ID: subscription, ARM_TENANT_ID: tenant, ARM_CLIENT_ID: client } = env;
  if (!client) return checkLogin(env);
  const say = judge("Azure", "ARM_CLIENT_ID of the environment");
  if (!subscription || !tenant) return say("fail", "ARM_SUBSCRIPTION_ID and ARM_TENANT_ID have to be set beside it");
  const who = principalOf(env);
  if (who === undefined)
    return say("warn", "not checked: neither ARM_CLIENT_SECRET nor a token of OIDC is in the environment");
  const path = `/subscriptions/${encodeURIComponent(subscription)}?api-version=${SUBSCRIPTIONS_VERSION}`;
  return opened(
    say,
    who,
    path,
    places,
    ({ displayName, state }) => `subscription ${name(displayName)}, ${name(state)}`,
  );
}

/** A principal that writes into a zone: asks for the zone. */
export function checkAzureZone(
  title: string,
  source: string,
  who: Principal,
  zone: { subscription: string; resourceGroup: string; name: string },
  places = AZURE,
): Promise<Finding> {
  const [subscription, group] = [zone.subscription, zone.resourceGroup].map(encodeURIComponent);
  const path = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.Network/dnsZones/${zone.name}?api-version=${ZONES_VERSION}`;
  return opened(judge(title, source), who, path, places, () => `reads the zone ${zone.name}`, zone.name);
}

/** @param mayLack what it is no fault of the credential to lack, for the deployment makes it */
function opened(
  say: Judge,
  who: Principal,
  path: string,
  places: typeof AZURE,
  words: (answer: Record<string, unknown>) => string,
  mayLack?: string,
): Promise<Finding> {
  return orUnchecked(say, async () => {
    const entered = await login(who, places);
    if (!("token" in entered)) return say("fail", `Azure's login refuses it: ${entered.refusal}`);
    const url = places.management + path;
    return read(say, { url, token: entered.token, whose: "Azure", what: "the login", words, code: errorCode, mayLack });
  });
}

/** Who the environment says, as the provider reads it; undefined: only the provider can ask for it. */
export function principalOf(env: Environment): Principal | undefined {
  const { ARM_TENANT_ID: tenant, ARM_CLIENT_ID: client } = env;
  const secret = env["ARM_CLIENT_SECRET"] || undefined;
  const assertion = oidcToken(env);
  if (!tenant || !client || (secret ?? assertion) === undefined) return undefined;
  return { tenant, client, ...(assertion === undefined ? { secret } : { assertion }) };
}

/** A token for the management API. */
export async function login(
  { tenant, client, secret, assertion }: Principal,
  { login: place }: typeof AZURE,
): Promise<{ token: string } | { refusal: string }> {
  const proof: Record<string, string> =
    assertion === undefined
      ? { client_secret: secret ?? "" }
      : {
          client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
          client_assertion: assertion,
        };
  const scope = `${AZURE.management}/.default`;
  const form = new URLSearchParams({ grant_type: "client_credentials", client_id: client, scope, ...proof });
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const url = `${place}/${encodeURIComponent(tenant)}/oauth2/v2.0/token`;
  const { status, text } = await request("POST", url, headers, form.toString());
  const answer = jsonOf(text);
  const token = answer?.["access_token"];
  if (status === 200 && typeof token === "string") return { token };
  // AADSTS7000215 and the like; the sentence after it is long and may name more than it should.
  const code = /AADSTS\d+/.exec(String(answer?.["error_description"]))?.[0] ?? answer?.["error"];
  return { refusal: typeof code === "string" ? code : `status ${status}` };
}

/** The CI's own token, as the provider reads it. */
function oidcToken(env: Environment): string | undefined {
  if (env["ARM_USE_OIDC"] !== "true") return undefined;
  if (env["ARM_OIDC_TOKEN"]) return env["ARM_OIDC_TOKEN"];
  const file = env["ARM_OIDC_TOKEN_FILE_PATH"];
  return file === undefined ? undefined : readIfThere(file)?.trim();
}

/** Without ARM_CLIENT_ID the provider asks Azure's own client. */
function checkLogin(env: Environment): Finding {
  if (findOnPath("az", env) === undefined)
    return judge("Azure", "nowhere")(
      "fail",
      "neither ARM_CLIENT_ID in the environment nor Azure's client az",
      "docs/clouds.md#credentials says what the provider reads",
    );
  return judge("Azure", "the login of az")(
    "warn",
    "the provider asks az when it deploys",
    "az account show     # checks it",
  );
}

/** Of a refusal by the management API. */
export function errorCode(answer: Record<string, unknown> | undefined): string | undefined {
  const code = (answer?.["error"] as { code?: unknown } | undefined)?.code;
  return typeof code === "string" ? code : undefined;
}

function name(value: unknown): string {
  return typeof value === "string" ? value : "without a name";
}
