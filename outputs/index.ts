/** `storm/outputs`: what a Pulumi project of an application team needs to know of the cluster. */
import * as pulumi from "@pulumi/pulumi";
import {
  CREDENTIAL_OUTPUT,
  OUTPUT,
  parsed,
  type StormCredential,
  stormCredential,
  type StormOutputs,
  stormOutputs,
  unexpired,
} from "./schema";

export { SCHEMA_VERSION, type StormCredential, stormCredential, type StormOutputs, stormOutputs } from "./schema";

/**
 * An environment, read from its stack of layer `outputs`:
 *
 *     const cluster = new StormReference("organization/storm/prod-outputs");
 *     cluster.dockerHost; cluster.credential.key;
 *
 * Everything is checked when it is read: an older or newer schema, or a credential that this stack's key does not open, is one clear
 * error and not an undefined somewhere.
 */
export class StormReference {
  /** All of output `storm`; nothing of it is secret. */
  readonly outputs: pulumi.Output<StormOutputs>;
  /** Client certificate of the Docker API. Secret; good for 30 days at most. */
  readonly credential: pulumi.Output<StormCredential>;

  /**
   * @param name of the stack: "prod-outputs" in a backend without organizations and in the same project, else
   *   "organization/PROJECT/STACK"
   * @param opts e.g. `parent`
   * @param now for tests; the credential is refused when it has ended
   */
  constructor(name: string, opts?: pulumi.CustomResourceOptions, now: () => Date = () => new Date()) {
    // getOutput, not requireOutput: what is missing is then said in our words.
    const stack = new pulumi.StackReference(name, {}, opts);
    const where = (output: string) => `output ${output} of stack ${name}`;
    this.outputs = (stack.getOutput(OUTPUT) as pulumi.Output<unknown>).apply((value) =>
      clearly(() =>
        parsed(
          stormOutputs,
          value,
          where(OUTPUT),
          "it must be a stack of layer outputs, deployed by this version of storm",
        ),
      ),
    );
    this.credential = pulumi.secret(
      (stack.getOutput(CREDENTIAL_OUTPUT) as pulumi.Output<unknown>).apply((value) =>
        clearly(() => {
          const advice = "this stack's secrets provider or passphrase must open it";
          return unexpired(parsed(stormCredential, value, where(CREDENTIAL_OUTPUT), advice), name, now());
        }),
      ),
    );
  }

  /** Environment, e.g. "prod". */
  get env(): pulumi.Output<string> {
    return this.outputs.env;
  }
  /** Of the first routed service of storm.yml. */
  get url(): pulumi.Output<string> {
    return this.outputs.url;
  }
  /** "<stack>/<service>" -> URL. */
  get urls(): pulumi.Output<Record<string, string>> {
    return this.outputs.apply(({ urls }) => urls);
  }
  /** "<env>.<Hostname>". */
  get domain(): pulumi.Output<string> {
    return this.outputs.domain;
  }
  /** Docker API of a swarm manager, "tcp://HOST:PORT". */
  get dockerHost(): pulumi.Output<string> {
    return this.outputs.dockerHost;
  }
  /** "HOST:PORT" of the cluster's registry, as its nodes know it. */
  get registry(): pulumi.Output<string> {
    return this.outputs.registry;
  }
  /** PEM of the authorities that a user has to believe. */
  get caCertificate(): pulumi.Output<string> {
    return this.outputs.caCertificate;
  }

  /** Address of a service that is routed at this host name, with the port where it is not 443. */
  addressOf(host: pulumi.Input<string>): pulumi.Output<string> {
    return pulumi
      .all([host, this.outputs])
      .apply(([name, { httpsPort }]) => `https://${name}${httpsPort === 443 ? "" : `:${httpsPort}`}`);
  }
}

/** One line for the user in place of a stack trace. */
function clearly<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    throw new pulumi.RunError(error instanceof Error ? error.message : String(error));
  }
}
