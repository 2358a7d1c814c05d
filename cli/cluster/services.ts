import { UserError, messageOf } from "../../tools/errors";
import { type Api, getJson } from "./api";

/** A service as the cluster's Docker API tells it, as far as it is read here. */
export interface ServiceAnswer {
  ID: string;
  Spec: {
    Name: string;
    Labels?: Record<string, string> | null;
    TaskTemplate?: { ContainerSpec?: { Image?: string } };
    Mode?: { Replicated?: object; Global?: object; ReplicatedJob?: object; GlobalJob?: object };
  };
  /** Only when it was asked for. */
  ServiceStatus?: { RunningTasks: number; DesiredTasks: number };
}

/** What `docker stack deploy` was given, before it asked the registry for the digest. */
const ASKED_FOR = "com.docker.stack.image";

/** Every service of the cluster. @throws UserError that says what to look at. */
export async function clusterServices(docker: Api): Promise<ServiceAnswer[]> {
  try {
    return await getJson<ServiceAnswer[]>(docker, "/services");
  } catch (error) {
    throw noAnswer(error);
  }
}

/** The error for a cluster that can not be asked. */
export function noAnswer(error: unknown): UserError {
  return new UserError(`the cluster's Docker API does not answer: ${messageOf(error)}`, [
    "It answers to network.adminCidrs only, and while the cluster runs.",
  ]);
}

/** Digests by reference, of images that come from elsewhere: those that the cluster builds carry a hash of their content already. */
export function containerDigests(
  services: readonly Pick<ServiceAnswer, "Spec">[],
  ownRegistry: string,
): Record<string, string> {
  const found = services.flatMap(({ Spec }): [string, string][] => {
    const [image = "", digest] = (Spec.TaskTemplate?.ContainerSpec?.Image ?? "").split("@");
    const reference = (Spec.Labels?.[ASKED_FOR] ?? image).split("@")[0] ?? "";
    return digest === undefined || reference.startsWith(`${ownRegistry}/`) ? [] : [[reference, digest]];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}
