/** AWS credentials: where the provider's chain would find them, and as whom they work. */
import { homedir } from "node:os";
import { join } from "node:path";
import { readIfThere } from "../../tools/files";
import { type AwsKeys, signed } from "./aws-signature";
import { type Finding, judge } from "./finding";
import { type Environment, orUnchecked } from "./reading";
import { request } from "./request";

export interface AwsSource {
  /** In words. */
  source: string;
  /** Undefined: only the provider itself can have them, from an identity service. */
  keys?: AwsKeys;
}

const CONTAINER_ROLES = ["AWS_CONTAINER_CREDENTIALS_RELATIVE_URI", "AWS_CONTAINER_CREDENTIALS_FULL_URI"];
const ROLES = ["sso_session", "sso_start_url", "credential_process", "role_arn", "web_identity_token_file"];

/** The first place of the provider's own chain that has something. @param home of the files, unless the environment says otherwise */
export function awsSource(env: Environment, home = homedir(), vendor = machineVendor()): AwsSource | undefined {
  const { AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN, AWS_PROFILE } = env;
  if (AWS_ACCESS_KEY_ID && AWS_SECRET_ACCESS_KEY)
    return {
      source: "AWS_ACCESS_KEY_ID of the environment",
      keys: keysOf(AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_SESSION_TOKEN),
    };
  if (env["AWS_WEB_IDENTITY_TOKEN_FILE"] && env["AWS_ROLE_ARN"]) return { source: "AWS_ROLE_ARN by OIDC" };
  const profile = AWS_PROFILE || "default";
  const own = section(env["AWS_SHARED_CREDENTIALS_FILE"] ?? join(home, ".aws", "credentials"), profile);
  const id = own?.get("aws_access_key_id");
  const key = own?.get("aws_secret_access_key");
  const source = `profile ${profile}`;
  if (id && key) return { source, keys: keysOf(id, key, own?.get("aws_session_token")) };
  const heading = profile === "default" ? profile : `profile ${profile}`;
  const settings = section(env["AWS_CONFIG_FILE"] ?? join(home, ".aws", "config"), heading);
  const by = ROLES.find((name) => settings?.has(name));
  if (by !== undefined) return { source: `${source} (${by})` };
  if (CONTAINER_ROLES.some((name) => env[name])) return { source: "the container's own role" };
  return vendor === "Amazon EC2" ? { source: "the machine's own role" } : undefined;
}

/** `sts:GetCallerIdentity`, which everybody may ask and which changes nothing. */
export async function checkAws(
  title: string,
  { source, keys }: AwsSource,
  region: string,
  env: Environment = process.env,
): Promise<Finding> {
  const say = judge(title, source);
  if (keys === undefined)
    return say("warn", "the provider asks for it when it deploys", "aws sts get-caller-identity     # checks it");
  // As every client of AWS's has it.
  const place = env["AWS_ENDPOINT_URL_STS"] ?? env["AWS_ENDPOINT_URL"] ?? `https://sts.${region}.amazonaws.com`;
  const url = new URL(place);
  const body = "Action=GetCallerIdentity&Version=2011-06-15";
  const headers = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  const asked = { method: "POST", url, headers, body, region, service: "sts" } as const;
  return orUnchecked(say, async () => {
    const { status, text } = await request("POST", url.href, signed(keys, asked, new Date()), body);
    const [account, arn] = [element(text, "Account"), element(text, "Arn")];
    if (status === 200 && account && arn) return say("ok", `account ${account}, ${arn}`);
    // The message may repeat the request, session token and all.
    return say("fail", `AWS refuses it: ${element(text, "Code") ?? `status ${status}`}`);
  });
}

function machineVendor(): string | undefined {
  return readIfThere("/sys/devices/virtual/dmi/id/sys_vendor")?.trim();
}

function keysOf(accessKeyId: string, secretAccessKey: string, sessionToken?: string): AwsKeys {
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

function element(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

/** A section of AWS's files. */
function section(file: string, heading: string): Map<string, string> | undefined {
  let found: Map<string, string> | undefined;
  for (const line of (readIfThere(file) ?? "").split(/\r?\n/)) {
    const title = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1];
    if (title !== undefined) {
      if (found !== undefined) return found;
      if (title === heading) found = new Map();
    }
    const [, name, value] = /^\s*([a-z_]+)\s*=\s*(.*?)\s*$/i.exec(line) ?? [];
    if (found !== undefined && name !== undefined && value !== undefined) found.set(name.toLowerCase(), value);
  }
  return found;
}
