/** DigitalOcean's tokens: whose account they open, or which zone. */
import { type Finding, judge } from "./finding";
import { jsonOf, NoAnswer, request } from "./request";

/** The provider's own variable for another address. */
const PLACE = "DIGITALOCEAN_API_URL";

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the account. */
export function checkDigitalOcean(source: string, token: string, env: Environment = process.env): Promise<Finding> {
  return asked("DigitalOcean", source, token, "/v2/account", env, (answer) => {
    const { status, team } = (answer["account"] ?? {}) as { status?: unknown; team?: { name?: unknown } };
    const whose = typeof team?.name === "string" ? `team ${team.name}, ` : "";
    return `${whose}account ${typeof status === "string" ? status : "without a status"}`;
  });
}

/** Reads the zone that it writes into: a token may be for that alone. */
export function checkDigitalOceanZone(
  title: string,
  source: string,
  token: string,
  zone: string,
  env: Environment = process.env,
): Promise<Finding> {
  const path = `/v2/domains/${encodeURIComponent(zone)}`;
  return asked(title, source, token, path, env, () => `reads the zone ${zone}`, zone);
}

/** @param mayLack what it is no fault of the token to lack, for the deployment makes it */
async function asked(
  title: string,
  source: string,
  token: string,
  path: string,
  env: Environment,
  words: (answer: Record<string, unknown>) => string,
  mayLack?: string,
): Promise<Finding> {
  const say = judge(title, source);
  try {
    const place = env[PLACE] ?? "https://api.digitalocean.com";
    const { status, text } = await request("GET", place + path, { authorization: `Bearer ${token}` });
    const answer = jsonOf(text);
    if (status === 200 && answer !== undefined) return say("ok", words(answer));
    if (status === 404 && mayLack !== undefined) return say("ok", `the token works; ${mayLack} is not there yet`);
    return say("fail", `DigitalOcean refuses it: ${idOf(answer) ?? `status ${status}`}`);
  } catch (error) {
    if (error instanceof NoAnswer) return say("warn", `not checked: ${error.message}`);
    throw error;
  }
}

function idOf(answer: Record<string, unknown> | undefined): string | undefined {
  const id = answer?.["id"];
  return typeof id === "string" ? id : undefined;
}
