import { request } from "node:https";
import { UserError, messageOf } from "../tools/errors";

/** A service as the cluster's Docker API tells it, as far as it is read here. */
export interface ServiceAnswer {
  Spec: {
    Labels?: Record<string, string> | null;
    TaskTemplate?: { ContainerSpec?: { Image?: string } };
  };
}

/** Where the API is, and who asks: a stack's outputs. */
export interface ClusterAccess {
  dockerHost: string;
  caCertificate: string;
  clientCertificate: string;
  clientKey: string;
}

const TIMEOUT_MS = 20_000;
/** What `docker stack deploy` was given, before it asked the registry for the digest. */
const ASKED_FOR = "com.docker.stack.image";

/** Every service of the cluster. @throws UserError that says what to look at. */
export async function clusterServices(access: ClusterAccess): Promise<ServiceAnswer[]> {
  try {
    return JSON.parse(await get(access, "/services")) as ServiceAnswer[];
  } catch (error) {
    throw new UserError(`the cluster's Docker API at ${access.dockerHost} does not answer: ${messageOf(error)}`, [
      "It answers to network.adminCidrs only, and while the cluster runs.",
    ]);
  }
}

/** Digests by reference, of images that come from elsewhere: those that the cluster builds carry a hash of their content already. */
export function containerDigests(services: readonly ServiceAnswer[], ownRegistry: string): Record<string, string> {
  const found = services.flatMap(({ Spec }): [string, string][] => {
    const [image = "", digest] = (Spec.TaskTemplate?.ContainerSpec?.Image ?? "").split("@");
    const reference = (Spec.Labels?.[ASKED_FOR] ?? image).split("@")[0] ?? "";
    return digest === undefined || reference.startsWith(`${ownRegistry}/`) ? [] : [[reference, digest]];
  });
  return Object.fromEntries(found.sort(([a], [b]) => (a < b ? -1 : 1)));
}

function get(access: ClusterAccess, path: string): Promise<string> {
  const { hostname, port } = new URL(access.dockerHost.replace(/^tcp:/, "https:"));
  return new Promise((resolve, reject) => {
    const asked = request(
      {
        host: hostname.replace(/^\[|\]$/g, ""),
        port,
        path,
        ca: access.caCertificate,
        cert: access.clientCertificate,
        key: access.clientKey,
        timeout: TIMEOUT_MS,
        agent: false,
      },
      (answer) => {
        let text = "";
        answer.setEncoding("utf8").on("data", (part: string) => (text += part));
        answer.on("end", () => (answer.statusCode === 200 ? resolve(text) : reject(new Error(`${answer.statusCode}`))));
        answer.on("error", reject);
      },
    );
    asked.on("timeout", () => asked.destroy(new Error(`nothing within ${TIMEOUT_MS / 1000} s`)));
    asked.on("error", reject);
    asked.end();
  });
}
