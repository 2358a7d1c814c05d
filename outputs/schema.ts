/**
 * What an environment shows to the stacks of application teams. Names and meanings stay within one `schemaVersion`; what is added
 * later is optional. Two outputs: `storm` can be read by everyone who can read the stack, `stormCredential` is secret.
 */
import * as z from "zod";

export const SCHEMA_VERSION = 1;
/** Names of the two outputs. */
export const OUTPUT = "storm";
export const CREDENTIAL_OUTPUT = "stormCredential";

/** Output `storm`. */
export const stormOutputs = z.object({
  schemaVersion: z.literal(SCHEMA_VERSION),
  /** Environment, e.g. "prod". */
  env: z.string(),
  /** Cluster's name, e.g. "storm". */
  name: z.string(),
  /** "<env>.<Hostname>". */
  domain: z.string(),
  /** Compose stack of storm.yml -> "<stack>.<domain>": the ingress has a certificate for one label before it. */
  domains: z.record(z.string(), z.string()),
  /** Port of the HTTPS addresses; 443 but on a machine where others have it. */
  httpsPort: z.number(),
  /** Of the first routed service; the cluster's own address if there is none. */
  url: z.string(),
  /** "<stack>/<service>" -> URL. */
  urls: z.record(z.string(), z.string()),
  /** Docker API of a swarm manager, "tcp://HOST:PORT", TLS with a client certificate. */
  dockerHost: z.string(),
  /** Consul's HTTPS API; asks for a token, which is not in here. */
  consul: z.object({ address: z.string(), datacenter: z.string() }),
  /** "HOST:PORT" under which the nodes pull what the cluster's own registry has. */
  registry: z.string(),
  /** Overlay that a routed service shares with the ingress. */
  network: z.string(),
  /** PEM of every authority that a user has to believe: of the ingress, the Docker API and Consul. */
  caCertificate: z.string(),
});
export type StormOutputs = z.infer<typeof stormOutputs>;

/** Output `stormCredential`: a client certificate of the Docker API. Whoever has it may do with the swarm what Docker can. */
export const stormCredential = z.object({
  certificate: z.string(),
  key: z.string(),
  /** RFC 3339. The operators' `up` renews it half its life before. */
  expires: z.string(),
});
export type StormCredential = z.infer<typeof stormCredential>;

/**
 * A value of another stack's, or what is wrong with it.
 * @throws Error with one line: where it is from, which fields are wrong, what to do.
 */
export function parsed<T>(schema: z.ZodType<T>, value: unknown, where: string, advice: string): T {
  const found = versionOf(value);
  if (found !== undefined && found !== SCHEMA_VERSION)
    throw new Error(
      `${where} is of schemaVersion ${String(found)}, and this version of storm reads ${SCHEMA_VERSION}: ${advice}`,
    );
  if (value === undefined) throw new Error(`${where} is not there: ${advice}`);
  // What the engine leaves of a secret that this stack's key does not open.
  if (JSON.stringify(value) === "{}") throw new Error(`${where} cannot be decrypted with this stack's key: ${advice}`);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const wrong = result.error.issues.map(({ path, message }) => `${path.join(".") || "the value"}: ${message}`);
  // The messages name types and keys, never values: those may be secret.
  throw new Error(`${where} cannot be used (${wrong.slice(0, 5).join("; ")}): ${advice}`);
}

/**
 * The credential, if it has not ended.
 * @throws Error that says who renews it
 */
export function unexpired(credential: StormCredential, name: string, now: Date): StormCredential {
  if (new Date(credential.expires) > now) return credential;
  throw new Error(
    `the credential of stack ${name} ended at ${credential.expires}: its operators renew it by \`pulumi up\` of the stack with layer base, and then of this one`,
  );
}

function versionOf(value: unknown): unknown {
  return typeof value === "object" && value !== null && "schemaVersion" in value ? value.schemaVersion : undefined;
}
