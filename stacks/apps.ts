import type * as pulumi from "@pulumi/pulumi";
import { pageStack, servesPage, servicesPage } from "../boot/services-page";
import { EDGE_NETWORK, IMAGES } from "../boot/system-stacks";
import { ComposeStack, type StackDocument } from "../components/compose-stack";
import type { RenderedStack } from "../load";
import { remoteCommand } from "../components/remote";
import { type Cluster, present } from "./cluster";
import { type Edge, SYSTEM_STACKS } from "./edge";
import { pinned } from "../plan/lock";
import type { Plan } from "../plan/types";
import { httpsPort, type Nodes } from "./nodes";
import { links } from "./outputs";

/** A build and a first pull take most of it; a stack that is not healthy by then is rolled back. */
const TIMEOUT_SECONDS = 300;
/** No user's stack may be called so (spec/rules/compose.ts). */
const PAGE_STACK = "storm";
const EMPTY = { configs: [], secrets: [], builds: [], hidden: [], keepImages: [], spread: {} };

/** The user's stacks, side by side. */
export function apps(
  plan: Plan,
  stacks: RenderedStack[],
  upstream: { nodes: Nodes; cluster: Cluster; edge: Edge },
): pulumi.Resource[] {
  const { all, first } = upstream.nodes;
  const volumeNode = all.find((node) => node.plan.name === plan.volumeNode) ?? first;
  // A data node takes no task that does not ask for it.
  const free = plan.nodes.filter((node) => node.role !== "data").length;
  const gone = removal(plan, stacks, upstream);
  const page = servesPage(plan) ? [pageOf(plan, stacks, upstream)] : [];
  const deployed = stacks.map(
    (stack) =>
      new ComposeStack(stack.name, {
        node: first,
        document: stackDocument(stack, free),
        contexts: stack.contexts,
        // The registry's images are on its node's disk.
        triggers: stack.builds.length > 0 && volumeNode !== first ? [volumeNode.id] : [],
        // Only a stack that builds has to wait for the registry; the ingress finds services whenever they come.
        // What a renamed stack held, such as a published port, is free by then.
        dependsOn: present(gone, upstream.edge.ingress, stack.builds.length > 0 ? upstream.edge.registry : undefined),
      }).ready,
  );
  return [...deployed, ...page];
}

/** What `https://<env>.<Hostname>` and `https://<Hostname>` themselves serve: the services and where they are. It changes with them, so it is of this layer. */
function pageOf(plan: Plan, stacks: RenderedStack[], { nodes, edge }: { nodes: Nodes; edge: Edge }): pulumi.Resource {
  const document = httpsPort(nodes).apply((port): StackDocument => {
    const { compose, configs } = pageStack({
      page: servicesPage(plan, links(stacks, port)),
      // A service that asks for the Hostname by its labels has it.
      hosts: plan.ownNames.filter((name) => !stacks.some(({ routes }) => routes.some(({ host }) => host === name))),
      image: pinned(IMAGES.page, plan.lock),
      edgeNetwork: EDGE_NETWORK,
    });
    return { ...EMPTY, stack: PAGE_STACK, compose, configs, timeoutSeconds: TIMEOUT_SECONDS };
  });
  return new ComposeStack(PAGE_STACK, { node: nodes.first, document, dependsOn: present(edge.ingress) }).ready;
}

/** Takes away what storm.yml no longer has: remote commands have no `delete`, so that a dead node never stops anything. */
function removal(plan: Plan, stacks: RenderedStack[], { nodes, cluster }: { nodes: Nodes; cluster: Cluster }) {
  return remoteCommand(
    "stacks",
    {
      node: nodes.first,
      create: "exec python3 /usr/local/lib/storm/storm_stacks.py",
      stdin: JSON.stringify({
        keep: [...SYSTEM_STACKS, ...(servesPage(plan) ? [PAGE_STACK] : []), ...stacks.map((stack) => stack.name)],
      }),
    },
    { dependsOn: present(cluster.ready) },
  );
}

/** The most replicas on one node with which the others still have one when it dies. As storm_stack.py has it. */
function replicasPerNode(replicas: number, nodes: number): number {
  return Math.ceil(replicas / Math.max(1, nodes - 1));
}

/** What storm_stack.py reads. */
export function stackDocument(stack: RenderedStack, nodes: number): StackDocument {
  return {
    stack: stack.name,
    compose: stack.stack,
    configs: stack.configs,
    secrets: stack.secrets,
    builds: stack.builds.map((build) => ({
      image: build.image,
      tarPath: stack.contexts.find((context) => context.service === build.service)?.remotePath ?? "",
      dockerfile: build.dockerfile,
      args: build.args,
      target: build.target,
    })),
    hidden: stack.hidden,
    keepImages: stack.images,
    spread: Object.fromEntries(
      stack.spread.map(({ service, replicas }) => [service, replicasPerNode(replicas, nodes)]),
    ),
    timeoutSeconds: TIMEOUT_SECONDS,
  };
}
