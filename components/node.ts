import type * as pulumi from "@pulumi/pulumi";
import type { NodePlan } from "../plan/types";

/** A machine of a fixed pool. Nothing after the pools knows which provider made it. */
export interface Node {
  plan: NodePlan;
  /** Changes when the machine is replaced. */
  id: pulumi.Output<string>;
  /** Where SSH reaches it. */
  address: pulumi.Output<string>;
  /** On its site's private network: where elastic nodes enrol. */
  privateAddress: pulumi.Output<string>;
  /** Where the other nodes' WireGuard reaches it, "ADDRESS:PORT". */
  endpoint: pulumi.Output<string>;
  user: string;
  /** OpenSSH public key that its sshd must show. */
  hostKey: pulumi.Output<string>;
  /** The deploying program's SSH key. */
  privateKey: pulumi.Output<string>;
  /** The bastion that SSH goes through, where nodes have no public addresses. */
  proxy?: Proxy;
}

/** A machine that passes SSH connections on. */
export interface Proxy {
  host: pulumi.Output<string>;
  user: string;
  privateKey: pulumi.Output<string>;
  /** OpenSSH public key that its sshd must show. */
  hostKey: pulumi.Output<string>;
}

/** A node as the others' WireGuard knows it. */
export interface Peer {
  publicKey: string;
  /** "ADDRESS:PORT" */
  endpoint: string;
  /** Mesh address. */
  address: string;
}
