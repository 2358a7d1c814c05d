/** How the program itself gets into a node, out of a stack's state: whoever may read its secrets may do the same. */
import { didYouMean, nearestWord } from "../../spec/nearest";
import { UserError } from "../../tools/errors";

/** One machine to log into. */
export interface Login {
  host: string;
  port: number;
  user: string;
  /** OpenSSH private key. Secret. */
  privateKey: string;
  /** OpenSSH public key that its sshd must show. */
  hostKey: string;
}

/** A node, and the bastion in front of it where there is one. */
export interface NodeLogin extends Login {
  proxy?: Login;
}

/** A resource of an export with `--show-secrets`, as far as it is read here. */
export interface ExportedResource {
  urn: string;
  type: string;
  inputs?: Readonly<Record<string, unknown>>;
  outputs?: Readonly<Record<string, unknown>>;
}

/** The command that each fixed node's machine is first reached by (docs/architecture.md). */
const FIRST_COMMAND = /[:$]command:remote:Command::enroll-(.+)$/;

const ROOT = "pulumi:pulumi:Stack";

/** By node. A stack with the layer nodes alone has no commands, but says the same in its output `layers`. */
export function loginsOf(resources: readonly ExportedResource[]): Map<string, NodeLogin> {
  const root = resources.find(({ type }) => type === ROOT);
  const layers = plain(root?.outputs?.["layers"]) as { nodes?: { nodes?: Record<string, unknown> } } | undefined;
  const nodes = layers?.nodes?.nodes ?? {};
  const ofLayers = Object.entries(nodes).map(([name, values]): [string, unknown] => {
    const { address, ...rest } = values as { address?: unknown }; // stacks/layer-values.ts
    return [name, { host: address, ...rest }];
  });
  const ofCommands = resources.flatMap(({ urn, inputs }): [string, unknown][] => {
    const name = FIRST_COMMAND.exec(urn)?.[1];
    return name === undefined ? [] : [[name, plain(inputs?.["connection"])]];
  });
  return new Map(
    [...ofLayers, ...ofCommands].flatMap(([name, connection]) => {
      const login = loginOf(connection);
      return login === undefined ? [] : [[name, login] as const];
    }),
  );
}

/** @throws UserError with the nodes that there are */
export function loginTo(node: string, logins: ReadonlyMap<string, NodeLogin>, stack: string): NodeLogin {
  const found = logins.get(node);
  if (found) return found;
  const names = [...logins.keys()].sort();
  throw new UserError(`stack ${stack} has no way into a node ${node}${didYouMean(nearestWord(node, names))}`, [
    `Nodes: ${names.length > 0 ? names.join(", ") : "none"}`,
    "Nodes of elastic pools take no SSH connections from outside.",
  ]);
}

function loginOf(value: unknown): NodeLogin | undefined {
  const { proxy, ...own } = (plain(value) ?? {}) as Record<string, unknown>;
  const login = oneLogin(own);
  const before = proxy === undefined || proxy === null ? undefined : oneLogin(plain(proxy));
  return login && { ...login, ...(before ? { proxy: before } : {}) };
}

/** Without a host key nobody would know who answers. */
function oneLogin(value: unknown): Login | undefined {
  const entries = Object.entries(value as Record<string, unknown>).map(([key, inner]) => [key, plain(inner)]);
  const { host, port, user, privateKey, hostKey } = Object.fromEntries(entries) as Record<string, unknown>;
  const texts = [host, user, privateKey, hostKey];
  if (!texts.every((text) => typeof text === "string" && text !== "")) return undefined;
  return {
    host: String(host),
    port: typeof port === "number" ? port : 22,
    user: String(user),
    privateKey: String(privateKey),
    hostKey: String(hostKey),
  };
}

/** An export with `--show-secrets` has a secret as an object with its JSON. */
export function plain(value: unknown): unknown {
  const text = (value as { plaintext?: unknown } | null | undefined)?.plaintext;
  return typeof text === "string" ? (JSON.parse(text) as unknown) : value;
}
