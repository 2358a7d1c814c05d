import { OWN_STACKS } from "../../spec/rules/compose";
import { didYouMean, nearestWord } from "../../spec/nearest";
import { UserError } from "../../tools/errors";
import type { Output } from "../../tools/report";
import { secretValue } from "../ask-secret";
import { accessOf, dockerApi, openStack } from "../cluster/access";
import { checkSecretName, LABEL, type MadeSecret, makeSecret } from "../cluster/swarm-secrets";
import { loadSpecFor } from "../preflight";

export interface SecretOptions {
  /** The environment. */
  stack: string;
}

/** `storm secret set STACK NAME`: a version of a compose stack's secret, in the swarm and nowhere else. */
export async function setSecret(
  stack: string,
  key: string,
  options: SecretOptions,
  { out, err }: { out: Output; err: Output },
): Promise<void> {
  checkStack(stack, Object.keys(loadSpecFor(options.stack, undefined, err).compose));
  checkSecretName(stack, key);
  // Who has no way into the cluster is not asked for a secret.
  const outputs = await (await openStack(options.stack, err)).outputs();
  const docker = dockerApi(accessOf(options.stack, outputs), outputs);
  const made = await makeSecret(docker, stack, key, await secretValue(`secret ${key} of stack ${stack}`));
  out.write(`${nextSteps(stack, key, options.stack, made).join("\n")}\n`);
}

/** @throws UserError with the compose stack that was meant */
export function checkStack(stack: string, known: readonly string[]): void {
  if (known.includes(stack)) return;
  if (OWN_STACKS.includes(stack))
    throw new UserError(`${stack} is one of Storm's own stacks, which have their secrets`);
  throw new UserError(`storm.yml has no compose stack ${stack}${didYouMean(nearestWord(stack, known))}`, [
    `Compose stacks: ${known.length > 0 ? known.join(", ") : "none"}`,
    "The environment is another matter: -s NAME (default: dev).",
  ]);
}

/** What was done and what is left to do, for nothing uses the secret yet. */
export function nextSteps(
  stack: string,
  key: string,
  environment: string,
  { name, known, others }: MadeSecret,
): string[] {
  return [
    known ? `Secret ${name} is there already: the value is the same` : `Secret ${name} is in the swarm`,
    `To use it, in the compose file of stack ${stack}:`,
    "  secrets:",
    `    ${key}:`,
    "      external: true",
    `      name: ${name}`,
    "  services:",
    "    SERVICE:",
    `      secrets: [${key}]          # the service reads /run/secrets/${key}`,
    `Then: npx storm deploy ${environment}     # its services roll to this version`,
    ...(others.length === 0
      ? []
      : [
          `Other versions: ${others.join(", ")}`,
          "They stay, so that a rollback finds them; when no service uses one any more: docker secret rm NAME",
          `All of this secret: docker secret ls --filter label=${LABEL}=${stack}/${key}`,
        ]),
  ];
}
