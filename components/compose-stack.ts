import * as command from "@pulumi/command";
import * as pulumi from "@pulumi/pulumi";
import type { Node } from "./node";
import { connectionTo, remoteCommand } from "./remote";

/** What storm_stack.py reads: a stack that Swarm runs as it is, and what has to be there before it. */
export interface StackDocument {
  stack: string;
  compose: object;
  configs: { name: string; content: string; templateDriver?: string }[];
  /** Contents are secret: the whole document goes by standard input. */
  secrets: { name: string; content: string; templateDriver?: string }[];
  builds: { image: string; tarPath: string; dockerfile: string; args: Record<string, string>; target?: string }[];
  /** What is not in `secrets` and must not be shown in an error all the same: values of `.env`. */
  hidden: string[];
  /** Images that every node keeps pulled, so that a task that moves need not wait for them. */
  keepImages: string[];
  /** Services whose replicas are kept apart, and the most of them on one node when all nodes are there. */
  spread: Record<string, number>;
  /** Seconds until every task must run and be healthy. */
  timeoutSeconds: number;
}

export interface BuildContext {
  service: string;
  /** Archive on this machine; its name holds the hash of its content. */
  localPath: string;
  remotePath: string;
}

export interface ComposeStackArgs {
  /** A manager. */
  node: Node;
  document: pulumi.Input<StackDocument>;
  contexts?: BuildContext[];
  /** What runs the deploy again, besides a change of it or a new manager. */
  triggers?: pulumi.Input<string>[];
  /** What has to be there before anything of the stack is sent. */
  dependsOn?: pulumi.Resource[];
}

/** A compose stack on the swarm: built, deployed, waited for until healthy, rolled back when it does not become so. */
export class ComposeStack extends pulumi.ComponentResource {
  readonly ready: pulumi.Resource;

  constructor(name: string, args: ComposeStackArgs, opts?: pulumi.ComponentResourceOptions) {
    super("storm:compose:ComposeStack", name, {}, opts);
    const copies = (args.contexts ?? []).map(
      (context) =>
        new command.remote.CopyToRemote(
          `context-${name}-${context.service}`,
          {
            connection: connectionTo(args.node),
            source: new pulumi.asset.FileAsset(context.localPath),
            remotePath: context.remotePath,
            triggers: [args.node.id],
          },
          { parent: this, dependsOn: args.dependsOn },
        ),
    );
    this.ready = remoteCommand(
      `stack-${name}`,
      {
        node: args.node,
        create: "exec python3 /usr/local/lib/storm/storm_stack.py",
        stdin: pulumi.jsonStringify(args.document),
        triggers: args.triggers,
      },
      { parent: this, dependsOn: [...(args.dependsOn ?? []), ...copies] },
    );
    this.registerOutputs({});
  }
}
