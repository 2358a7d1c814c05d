/** The `connection` input, and what it means for the SSH client. */
import { connect } from "node:net";
import type { AuthHandlerMiddleware, ConnectConfig } from "ssh2";
import { utils } from "ssh2";
import type { Field, Fields } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { numberOr, text } from "./settings";

const ENDPOINT_FIELDS: Fields = {
  user: { type: "string", default: "root" },
  password: { type: "string", secret: true },
  host: { type: "string", required: true },
  port: { type: "number", default: 22 },
  privateKey: { type: "string", secret: true },
  privateKeyPassword: { type: "string", secret: true },
  agentSocketPath: { type: "string" },
  dialErrorLimit: { type: "integer", default: 10, min: -1 },
  perDialTimeout: { type: "integer", default: 15, min: 0 },
  hostKey: { type: "string" },
};

export const CONNECTION_FIELD: Field = {
  type: "object",
  required: true,
  secret: true,
  fields: { ...ENDPOINT_FIELDS, proxy: { type: "object", fields: ENDPOINT_FIELDS } },
};

/** As TCP's own keep-alive does for the official plugin: a server that vanished in mid-command ends the command. */
const KEEPALIVE_MS = 15_000;
const KEEPALIVE_PROBES = 9;

/** One server, ready to be dialled. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Failed attempts after which to give up; -1 for never. */
  readonly dialErrorLimit: number;
  readonly config: ConnectConfig;
}

/**
 * Reads an endpoint. Faults of the keys come up here, before anything is dialled.
 * Without `hostKey` any server is accepted, as by the official plugin.
 */
export async function endpoint(settings: ValueMap): Promise<Endpoint> {
  const host = text(settings, "host") ?? "";
  const port = Math.trunc(numberOr(settings, "port", 22));
  const config: ConnectConfig = {
    host,
    port,
    readyTimeout: numberOr(settings, "perDialTimeout", 15) * 1_000,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVE_PROBES,
    ...hostKeyCheck(text(settings, "hostKey")),
    ...(await authentication(settings)),
  };
  return { host, port, dialErrorLimit: numberOr(settings, "dialErrorLimit", 10), config };
}

/**
 * Only the expected key passes, and only its own algorithm is offered: the key exchange ends before user name or
 * command are sent. `ssh-rsa` therefore means the SHA-1 signature that current servers refuse; the official plugin
 * has the same limit. Use ed25519 or ECDSA host keys.
 */
function hostKeyCheck(hostKey: string | undefined): Partial<ConnectConfig> {
  if (hostKey === undefined) {
    return {};
  }
  const line = hostKey.split("\n").find((candidate) => candidate.trim() !== "" && !candidate.startsWith("#")) ?? "";
  const expected = utils.parseKey(line.trim());
  if (expected instanceof Error || Array.isArray(expected)) {
    throw new Error("failed to parse host key: ssh: no key found");
  }
  const blob = expected.getPublicSSH();
  return {
    algorithms: { serverHostKey: [expected.type] as NonNullable<ConnectConfig["algorithms"]>["serverHostKey"] },
    hostVerifier: (key: Buffer): boolean => key.equals(blob),
  };
}

async function authentication(settings: ValueMap): Promise<Partial<ConnectConfig>> {
  const username = text(settings, "user") ?? "root";
  const [privateKey, password] = [text(settings, "privateKey"), text(settings, "password")];
  const methods: string[] = ["none"];
  if (privateKey !== undefined) {
    const parsed = utils.parseKey(privateKey, text(settings, "privateKeyPassword"));
    if (parsed instanceof Error) {
      throw new Error(`failed to parse private key: ${parsed.message}`);
    }
    methods.push("publickey");
  }
  if (password !== undefined) {
    methods.push("password", "keyboard-interactive");
  }
  const agent = text(settings, "agentSocketPath") ?? (process.env["SSH_AUTH_SOCK"] || undefined);
  if (agent !== undefined) {
    await reachAgent(agent);
    // The protocol's "publickey" is tried with one source of keys: the given key has precedence over the agent.
    methods.push(...(privateKey === undefined ? ["agent"] : []));
  }
  return {
    username,
    privateKey,
    passphrase: text(settings, "privateKeyPassword"),
    password,
    agent,
    tryKeyboard: password !== undefined,
    authHandler: methods as unknown as AuthHandlerMiddleware,
  };
}

/** A dead agent socket is an error at once, not a silent fall back to other methods. */
function reachAgent(path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(path);
    socket.once("connect", () => {
      socket.destroy();
      resolve();
    });
    socket.once("error", (error) => reject(new Error(`dial unix ${path}: ${error.message}`)));
  });
}
