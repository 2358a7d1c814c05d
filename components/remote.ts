import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Node } from "./node";

export interface RemoteCommandArgs {
  node: Node;
  /** The node whose new machine runs it again; default: the one it runs on. */
  about?: Node;
  /** Command line; never holds a secret, because a failing command's error shows it. */
  create: string;
  /** What the command reads; the way for secrets. */
  stdin: pulumi.Input<string>;
  /** What else than a new machine runs it again. */
  triggers?: pulumi.Input<string>[];
  /** Seconds to wait for the node's sshd; default 300. */
  dialSeconds?: number;
}

/**
 * Tries of the official plugin's dialler within `seconds`: pauses of 100 ms x 1.5 up to 5 s
 * (pulumi-command `connection.go`).
 */
export function dialErrorLimit(seconds: number): number {
  let tries = 0;
  for (let waited = 0, pause = 0.1; waited < seconds; tries++) {
    waited += pause;
    pause = Math.min(pause * 1.5, 5);
  }
  return tries;
}

/** How SSH reaches a node; without `hostKey` the plugin would believe any host (pulumi-command#755). */
export function connectionTo(node: Node, dialSeconds = 300) {
  const patience = { dialErrorLimit: dialErrorLimit(dialSeconds), perDialTimeout: 15 };
  return {
    host: node.address,
    user: node.user,
    ...(node.port === undefined ? {} : { port: node.port }),
    privateKey: node.privateKey,
    hostKey: node.hostKey,
    ...(node.proxy ? { proxy: { ...node.proxy, ...patience } } : {}),
    ...patience,
  };
}

/** Every command is root's: whoever else logs in may use sudo without a password. */
function asRoot(node: Node, command: string): string {
  return node.user === "root" ? command : `sudo -n sh -c '${command.replaceAll("'", `'\\''`)}'`;
}

/**
 * The only place that makes a remote.Command. The host key is always checked; what is printed is neither shown nor
 * kept in plain text (the engine prints stdout live and stores it as it is, even when the inputs are secret); a changed
 * node runs the command again, and no command has a `delete`, so that a dead host never stops anything.
 */
export function remoteCommand(name: string, args: RemoteCommandArgs, opts: pulumi.CustomResourceOptions) {
  const { node } = args;
  return new command.remote.Command(
    name,
    {
      connection: connectionTo(node, args.dialSeconds),
      create: asRoot(node, args.create),
      stdin: pulumi.secret(args.stdin),
      triggers: [(args.about ?? node).id, ...(args.triggers ?? [])],
      // sshd refuses environment names that it does not know (pulumi-command#48, #430, #584)
      addPreviousOutputInEnv: false,
      logging: command.remote.Logging.None,
    },
    { ...opts, additionalSecretOutputs: ["stdout", "stderr"] },
  );
}
