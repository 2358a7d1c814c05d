/** Asks everybody at once. Who does not answer is part of the answer. */
import { Docker } from "../../lab/local/docker";
import { loadSpec } from "../../load";
import { makePlan } from "../../plan/plan";
import type { Plan } from "../../plan/types";
import type { StackState } from "../../tools/backend";
import { messageOf } from "../../tools/errors";
import { accessOf, consulApi, dockerApi, type StackOutputs } from "../cluster/access";
import type { LookingEngine } from "../engine-look";
import { loadSettings } from "../load-settings";
import { askClouds, silentNodes } from "./clouds";
import { askConsul } from "./consul";
import { certificatesOf, declaredOf, hasElasticPools, localClusterOf } from "./declared";
import type { Facts, NoAnswer } from "./facts";
import { localMachines } from "./machines";
import { servedCertificates } from "./served-certificates";
import { askSwarm } from "./swarm";

/**
 * @param stack its engine looks at its clouds, if need be
 * @param outputs of the stack, secrets in plain text
 */
export async function collect(stack: LookingEngine, state: StackState, outputs: StackOutputs): Promise<Facts> {
  const docker = dockerApi(accessOf(stack.name, outputs), outputs);
  const consul = consulApi(outputs);
  const declared = declaredOf(state, planIfAny(stack.name, state));
  const [machines, swarm, nodes, served] = await Promise.all([
    orWhy(containers(state)),
    orWhy(askSwarm(docker)),
    orWhy(consul ? askConsul(consul) : Promise.reject(new Error("the stack has no output consul"))),
    servedCertificates((outputs["urls"] ?? {}) as Record<string, string>), // stacks/outputs.ts
  ]);
  const certificates = [...certificatesOf(state), ...served];
  // Only then it is known who has to be asked for elsewhere; of a cluster that is whole nobody.
  const clouds = await orWhy(askClouds(stack, silentNodes({ declared, swarm, consul: nodes })));
  return { stack: stack.name, declared, machines, clouds, swarm, consul: nodes, certificates };
}

/** What the stack's API addresses and keys depend on: while it is the same, its secrets need not be read again. */
export function accessKey({ outputs }: StackState): string {
  return JSON.stringify([outputs["dockerHost"], outputs["clientCertificate"], outputs["caCertificate"]]);
}

/** Elastic pools' least is storm.yml's to say; where there are none it is not read, and where it is wrong nobody says. */
function planIfAny(stack: string, state: StackState): Plan | undefined {
  if (!hasElasticPools(state)) return undefined;
  try {
    const settings = loadSettings(stack, undefined);
    return makePlan(loadSpec(settings), { env: settings.env }).plan;
  } catch {
    return undefined;
  }
}

async function containers(state: StackState) {
  const local = localClusterOf(state);
  return local && localMachines(new Docker(), local.cluster, local.prefix);
}

function orWhy<T>(answer: Promise<T>): Promise<T | NoAnswer> {
  return answer.catch((error: unknown) => ({ error: messageOf(error) }));
}
