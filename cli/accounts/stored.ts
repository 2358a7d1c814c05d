/** The credentials that stack config holds, encrypted, and what each is asked with. */
import { utils } from "ssh2";
import { acmeVariables } from "../../boot/acme";
import type { DnsPlan, Plan } from "../../plan/types";
import { checkAws } from "./aws";
import { checkAzureZone } from "./azure";
import { checkDigitalOcean, checkDigitalOceanZone } from "./digitalocean";
import { type Finding, judge } from "./finding";
import type { Environment } from "./reading";

export interface Field {
  /** Of stack config, with a path inside it: "storm:acme.DO_AUTH_TOKEN". */
  key: string;
  /** What the user is asked for. */
  words: string;
  /** file: its content is the value. Whatever it is, it is stored encrypted. */
  kind: "hidden" | "shown" | "file";
}

export interface StoredCredential {
  title: string;
  fields: readonly Field[];
  /** The same outside of stack config. */
  elsewhere?: { source: string; values: readonly string[] };
  /** @param values in the order of the fields */
  check(source: string, values: readonly string[]): Promise<Finding>;
}

/** Those that a plan needs. */
export function storedCredentials(plan: Plan, env: Environment = process.env): StoredCredential[] {
  const at = (provider: string) => plan.sites.some((site) => site.provider === provider);
  return [
    ...(at("digitalocean") || plan.dns?.provider === "digitalocean" ? [digitalOceanToken(env)] : []),
    ...(plan.tls.from === "acme" && plan.dns !== undefined ? [acme(plan.dns, env)] : []),
    ...(at("hosts") ? [HOSTS_KEY] : []),
  ];
}

function digitalOceanToken(env: Environment): StoredCredential {
  const own = env["DIGITALOCEAN_TOKEN"] || env["DIGITALOCEAN_ACCESS_TOKEN"];
  return {
    title: "DigitalOcean",
    fields: [{ key: "digitalocean:token", words: "API token of DigitalOcean", kind: "hidden" }],
    elsewhere: own ? { source: "DIGITALOCEAN_TOKEN of the environment", values: [own] } : undefined,
    check: (source, [token = ""]) => checkDigitalOcean(source, token, env),
  };
}

/** What managers write the zone's challenge records with. */
function acme(dns: DnsPlan, env: Environment): StoredCredential {
  const names = acmeVariables(dns.provider);
  const title = `Records in ${dns.zone} (ACME)`;
  return {
    title,
    fields: names.map((name) => ({
      key: `storm:acme.${name}`,
      words: name,
      kind: /SECRET|TOKEN/.test(name) ? "hidden" : "shown",
    })),
    check: (source, values) => {
      const of = (name: string) => values[names.indexOf(name)] ?? "";
      switch (dns.provider) {
        case "digitalocean":
          return checkDigitalOceanZone(title, source, of("DO_AUTH_TOKEN"), dns.zone, env);
        case "azure":
          return checkAzureZone(
            title,
            source,
            { tenant: of("AZURE_TENANT_ID"), client: of("AZURE_CLIENT_ID"), secret: of("AZURE_CLIENT_SECRET") },
            {
              subscription: of("AZURE_SUBSCRIPTION_ID"),
              resourceGroup: of("AZURE_RESOURCE_GROUP"),
              name: dns.zone,
            },
          );
        case "route53": {
          const keys = { accessKeyId: of("AWS_ACCESS_KEY_ID"), secretAccessKey: of("AWS_SECRET_ACCESS_KEY") };
          return checkAws(title, { source, keys }, "us-east-1", env);
        }
      }
    },
  };
}

const HOSTS_KEY: StoredCredential = {
  title: "Hosts",
  fields: [
    {
      key: "storm:hostsKey",
      words: "File with the SSH key that opens the machines under Hosts (OpenSSH's form, no passphrase)",
      kind: "file",
    },
  ],
  // No machine is asked: it would be a login.
  check: (source, [key = ""]) => {
    const say = judge("Hosts", source);
    const parsed = utils.parseKey(key);
    if (parsed instanceof Error) return Promise.resolve(say("fail", `this is no SSH key: ${parsed.message}`));
    if (!parsed.isPrivateKey())
      return Promise.resolve(say("fail", "this is the public half; the private one is needed"));
    return Promise.resolve(say("ok", `a private key, ${parsed.type}`));
  },
};
