import { ingressNames } from "../plan/certificates";
import type { DnsPlan, Plan } from "../plan/types";

/** What lego has to be told to write a zone's challenge records, as environment variables. */
interface Credential {
  required: string[];
  /** What it may have besides: these variables, or what begins so. Nothing else gets into lego's environment. */
  optional: string[] | { prefix: string };
  defaults?: Record<string, string>;
  /** Debian's and Ubuntu's lego has no such provider: it runs this script of boot/scripts for each record, by its provider `exec`. */
  script?: string;
}

/** By the provider of the zone; the names are lego's (go-acme.github.io/lego/dns). */
const CREDENTIALS: Record<DnsPlan["provider"], Credential> = {
  route53: {
    required: ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"],
    optional: { prefix: "AWS_" },
    // The zone is in no region, but the client wants one.
    defaults: { AWS_REGION: "us-east-1" },
  },
  azure: {
    required: [
      "AZURE_CLIENT_ID",
      "AZURE_CLIENT_SECRET",
      "AZURE_RESOURCE_GROUP",
      "AZURE_SUBSCRIPTION_ID",
      "AZURE_TENANT_ID",
    ],
    optional: ["AZURE_ZONE_NAME"],
    // Seconds until the zone's servers have to have a record; what lego gives Azure where it knows it.
    defaults: { EXEC_PROPAGATION_TIMEOUT: "120" },
    script: "storm_azure_dns.py",
  },
  digitalocean: { required: ["DO_AUTH_TOKEN"], optional: { prefix: "DO_" } },
};

/** The variables that stack config `storm:acme` must have. */
export function acmeVariables(provider: DnsPlan["provider"]): readonly string[] {
  return CREDENTIALS[provider].required;
}

/** What is wrong with stack config `storm:acme`; its values are in no message. */
export function acmeCredentialErrors(provider: DnsPlan["provider"], value: unknown): string[] {
  const { required, optional } = CREDENTIALS[provider];
  const others = Array.isArray(optional) ? optional.join(", ") : `lego's other ${optional.prefix}... variables`;
  const takes = (name: string) =>
    Array.isArray(optional) ? [...required, ...optional].includes(name) : name.startsWith(optional.prefix);
  const allowed = `an object of ${required.join(", ")} and ${others}`;
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [`must be ${allowed}`];
  const entries = Object.entries(value);
  const filled = new Set(entries.filter(([, text]) => typeof text === "string" && text !== "").map(([name]) => name));
  return [
    ...required.filter((name) => !filled.has(name)).map((name) => `${name} is missing`),
    ...entries
      .filter(([name]) => !filled.has(name) && !required.includes(name))
      .map(([name]) => `${name} must be a text that is not empty`),
    ...entries
      .filter(([name]) => !takes(name) || !/^\w{1,64}$/.test(name))
      .map(([name]) => `${JSON.stringify(name.slice(0, 64))} is no variable of this provider; allowed: ${allowed}`),
  ];
}

/** What storm_acme.py reads (/etc/storm/acme/issue.json); undefined when certificates come from elsewhere. */
export interface AcmeSettings {
  server: string;
  email: string;
  /** lego's name of the DNS provider. */
  provider: string;
  /** Secret. */
  environment: Record<string, string>;
  /** With lego's provider `exec`: the script of boot/scripts that writes the records, and the zone that it writes them in. */
  program?: { script: string; zone: string };
  certificates: Record<string, string[]>;
}

/** @throws Error when the plan has no `dns`, which the rules of storm.yml ask for. */
export function acmeSettings(plan: Plan, credential: Record<string, string>): AcmeSettings | undefined {
  if (plan.tls.from !== "acme") return undefined;
  if (plan.dns === undefined) throw new Error("certificates by ACME need dns");
  const { provider, zone } = plan.dns;
  const { defaults, script } = CREDENTIALS[provider];
  return {
    server: plan.tls.server,
    email: plan.tls.email,
    ...(script === undefined ? { provider } : { provider: "exec", program: { script, zone } }),
    environment: { ...defaults, ...credential },
    certificates: ingressNames(plan),
  };
}
