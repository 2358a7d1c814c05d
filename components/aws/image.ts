import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import type { PoolPlan } from "../../plan/types";

/** Canonical's account (documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images). */
const CANONICAL = "099720109477";
/** Ubuntu 24.04 LTS. */
const RELEASE = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04";

/**
 * Id of the newest Ubuntu LTS image of a site's region. Whoever uses it has it in `ignoreChanges`: a machine keeps the image that it
 * was made from.
 */
export function ubuntuImage(architecture: PoolPlan["architecture"], parent: pulumi.Resource): pulumi.Output<string> {
  const found = ec2.getAmiOutput(
    {
      owners: [CANONICAL],
      mostRecent: true,
      filters: [
        { name: "name", values: [`${RELEASE}-${architecture}-server-*`] },
        { name: "architecture", values: [architecture === "arm64" ? "arm64" : "x86_64"] },
        { name: "virtualization-type", values: ["hvm"] },
        { name: "root-device-type", values: ["ebs"] },
      ],
    },
    { parent },
  );
  return found.id;
}
