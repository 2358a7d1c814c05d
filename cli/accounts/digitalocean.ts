/** DigitalOcean's tokens: whose account they open, or which zone. */
import { type Finding, judge } from "./finding";
import { type Environment, orUnchecked, read } from "./reading";

/** Where the API is: the provider's own variable has another address. */
export function digitalOceanApi(env: Environment): string {
  return env["DIGITALOCEAN_API_URL"] ?? "https://api.digitalocean.com";
}

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
function asked(
  title: string,
  source: string,
  token: string,
  path: string,
  env: Environment,
  words: (answer: Record<string, unknown>) => string,
  mayLack?: string,
): Promise<Finding> {
  const say = judge(title, source);
  const url = digitalOceanApi(env) + path;
  const reading = { url, token, whose: "DigitalOcean", what: "the token", words, code: idOf, mayLack };
  return orUnchecked(say, () => read(say, reading));
}

function idOf(answer: Record<string, unknown> | undefined): string | undefined {
  const id = answer?.["id"];
  return typeof id === "string" ? id : undefined;
}
