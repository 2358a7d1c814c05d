import * as pulumi from "@pulumi/pulumi";
import { CREDENTIAL_OUTPUT, OUTPUT, parsed, stormCredential, stormOutputs } from "../outputs/schema";
import { clearly, readStack } from "./upstream";

/**
 * The layer `outputs`: what application teams read, and nothing else. The certificate is signed upstream, so this stack's state has no
 * authority's key and no node's, and its own key opens nothing more than what it shows.
 * @param credential `storm:credential`, in place of the upstream's output where this stack's key does not open it
 * @throws RunError when the upstream does not have it, or is of another environment
 */
export async function handOver(stack: string, env: string, credential: pulumi.Output<unknown> | undefined) {
  const all = await readStack(stack);
  const advice = `run \`pulumi up -s ${stack}\` with this version first`;
  const storm = clearly(() => parsed(stormOutputs, all[OUTPUT], `output ${OUTPUT} of stack ${stack}`, advice));
  if (storm.env !== env)
    throw new pulumi.RunError(
      `stack config storm:upstream: stack ${stack} is of environment ${storm.env}, and this one is of ${env} (storm:env)`,
    );
  const unreadable =
    "if this stack's key does not open it (two passphrases), hand it over as docs/layers.md shows, by storm:credential";
  const checked = (value: unknown, where: string) => clearly(() => parsed(stormCredential, value, where, unreadable));
  return {
    [OUTPUT]: storm,
    [CREDENTIAL_OUTPUT]:
      credential === undefined
        ? pulumi.secret(checked(all[CREDENTIAL_OUTPUT], `output ${CREDENTIAL_OUTPUT} of stack ${stack}`))
        : credential.apply((value) => checked(value, "stack config storm:credential")),
  };
}
