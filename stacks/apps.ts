import type * as pulumi from "@pulumi/pulumi";
import { type BuildContext, ComposeStack, type StackDocument } from "../components/compose-stack";
import type { Edge } from "./edge";
import type { Nodes } from "./nodes";

/** A compose stack of storm.yml, read and rendered: what is deployed is known before anything is. */
export interface RenderedStack {
  name: string;
  document: StackDocument;
  contexts: BuildContext[];
  routes: { service: string; host: string; path: string }[];
}

/** The user's stacks, side by side. */
export function apps(stacks: RenderedStack[], upstream: { nodes: Nodes; edge: Edge }): pulumi.Resource[] {
  return stacks.map(
    (stack) =>
      new ComposeStack(stack.name, {
        node: upstream.nodes.first,
        document: stack.document,
        contexts: stack.contexts,
        // Only a stack that builds has to wait for the registry; the ingress finds services whenever they come.
        dependsOn: [upstream.edge.ingress, ...(stack.document.builds.length > 0 ? [upstream.edge.registry] : [])],
      }).ready,
  );
}
