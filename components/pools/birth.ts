import * as pulumi from "@pulumi/pulumi";
import * as tls from "@pulumi/tls";
import { bootFiles, type NodeFile, userDataFiles } from "../../boot/boot-files";
import { userData } from "../../boot/cloud-init";
import { elasticUserData } from "../../boot/elastic";
import { nodeConfig } from "../../boot/node-config";
import type { NodePlan, PoolPlan } from "../../plan/types";
import type { Node } from "../node";
import type { SiteArgs } from "../site";

export interface BirthArgs extends Pick<SiteArgs, "plan" | "ssh"> {
  node: NodePlan;
  /** Of a node with a disk of its own for data: the path at which udev shows it. */
  volumeDevice?: pulumi.Input<string>;
  /** Local nodes only: the image cache's address. */
  imageCache?: pulumi.Input<string>;
}

/** What a fixed node is born with. */
export interface Birth {
  /** OpenSSH public key that its sshd will show. */
  hostKey: pulumi.Output<string>;
  /** cloud-config, secret: the host's private key is in it. Belongs into `ignoreChanges`. */
  userData: pulumi.Output<string>;
}

let files: NodeFile[] | undefined;

/** Read once: they are the same for all nodes. */
function filesOfBirth(): NodeFile[] {
  return (files ??= userDataFiles(bootFiles()));
}

/** A host key of the node's own, known before the machine is there, and the user-data that gives it to it. */
export function birth({ plan, node, ssh, volumeDevice, imageCache }: BirthArgs, parent: pulumi.Resource): Birth {
  const key = new tls.PrivateKey(`${node.name}-host-key`, { algorithm: "ED25519" }, { parent });
  const text = pulumi
    .all([key.privateKeyOpenssh, key.publicKeyOpenssh, ssh.publicKey, volumeDevice, imageCache])
    .apply(([privateOpenssh, publicOpenssh, authorizedKey, device, cache]) =>
      userData({
        node: nodeConfig(plan, node, {
          imageCache: cache === undefined ? undefined : { address: cache },
          volumeDevice: device,
        }),
        files: filesOfBirth(),
        hostKey: { privateOpenssh, publicOpenssh: publicOpenssh.trim() },
        authorizedKey: authorizedKey.trim(),
      }),
    );
  return { hostKey: key.publicKeyOpenssh.apply((line) => line.trim()), userData: pulumi.secret(text) };
}

/**
 * Where elastic nodes enrol: at their site's managers, or at all of its fixed nodes where it has none. So a pool of workers more or
 * less changes nothing of the elastic ones.
 */
export function rendezvousOf(nodes: Node[]): pulumi.Output<string>[] {
  const managers = nodes.filter((node) => node.plan.role === "manager");
  return (managers.length > 0 ? managers : nodes).map((node) => node.privateAddress);
}

/** The user-data of an elastic pool. Not ignored when it changes: nodes that come later enrol with today's token. */
export function elasticBirth(
  { plan, enrolment }: Pick<SiteArgs, "plan" | "enrolment">,
  pool: PoolPlan,
  rendezvous: pulumi.Input<string>[],
): pulumi.Output<string> {
  const text = pulumi
    .all([enrolment(pool), pulumi.all(rendezvous)])
    .apply(([secrets, addresses]) =>
      elasticUserData({ plan, pool, rendezvous: addresses, enrolment: secrets, files: filesOfBirth() }),
    );
  return pulumi.secret(text);
}
