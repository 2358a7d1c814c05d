import * as pulumi from "@pulumi/pulumi";
import { birthOf, rejoinName } from "../plan/before";
import type { Plan } from "../plan/types";
import { nodeList } from "./consul";
import type { Node, Peer } from "./node";
import { remoteCommand } from "./remote";
import { measurementBy } from "./round-trips";
import type { SharedSecrets } from "./acl";

export interface RejoinArgs {
  plan: Plan;
  /** Who comes back. */
  node: Node;
  /** The command that gives it its mesh key. */
  enrolled: pulumi.Resource;
  /** How its new machine is reached in the mesh. */
  peer: pulumi.Output<Peer>;
  /** The managers, as peers: by them it hears of all others. */
  managers: pulumi.Output<Record<string, Peer>>;
  /** The manager that sees it return. */
  witness: Node;
  secrets: pulumi.Output<SharedSecrets>;
  /** The witness has today's scripts. */
  dependsOn: pulumi.Resource[];
}

/**
 * Takes one node into the running cluster whose machine was made anew or restarted, before the commands for all nodes, and waits until
 * tasks can run there. Only another machine, or one of another kind, runs it again: everything else is for those commands.
 */
export function rejoin({ plan, node, witness, ...args }: RejoinArgs, parent: pulumi.Resource): pulumi.Resource {
  const { name, pool } = node.plan;
  // One that keeps its machine restarts it for what it is made as.
  const triggers = [JSON.stringify(birthOf(plan, node.plan))];
  const opts = { parent, ignoreChanges: ["connection", "create", "stdin"] };
  remoteCommand(
    `introduce-${name}`,
    {
      node,
      triggers,
      create: "python3 /usr/local/lib/storm/storm_apply.py peers",
      // A manager of several sites starts its Consul only when it is asked for its round trips.
      stdin: args.managers.apply((peers) => JSON.stringify({ peers, measure: measurementBy(plan, node.plan) })),
    },
    { ...opts, dependsOn: [args.enrolled] },
  );
  return remoteCommand(
    rejoinName(name),
    {
      node: witness,
      about: node,
      triggers,
      create: "exec python3 /usr/local/lib/storm/storm_rejoin.py",
      stdin: pulumi.all([args.secrets, args.peer]).apply(([{ management }, peer]) =>
        JSON.stringify({
          management: management.secret,
          name,
          entry: nodeList(plan, { [name]: peer })[name],
          key: `mesh/peers/${pool}/${name}`,
          peer,
        }),
      ),
    },
    // Beside the other: a manager measures round trips to those that know it.
    { ...opts, dependsOn: args.dependsOn },
  );
}
