import * as ec2 from "@pulumi/aws/ec2";
import type * as pulumi from "@pulumi/pulumi";
import type { PoolPlan } from "../../plan/types";

/** Canonical's account (documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images). */
const CANONICAL = "099720109477";
/** Ubuntu 24.04 LTS. */
const RELEASE = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04";

/**
 * Newest Ubuntu LTS image of a site's region, asked for once for each architecture. Whoever uses its id has it in `ignoreChanges`: a
 * machine keeps the image that it was made from.
 */
export class UbuntuImages {
  private readonly found = new Map<string, pulumi.Output<string>>();

  /** @param parent by whose provider the image is looked up. */
  constructor(private readonly parent: pulumi.Resource) {}

  id(architecture: PoolPlan["architecture"]): pulumi.Output<string> {
    const known = this.found.get(architecture) ?? this.lookUp(architecture);
    this.found.set(architecture, known);
    return known;
  }

  private lookUp(architecture: PoolPlan["architecture"]): pulumi.Output<string> {
    const filters = [
      { name: "name", values: [`${RELEASE}-${architecture}-server-*`] },
      { name: "architecture", values: [architecture === "arm64" ? "arm64" : "x86_64"] },
      { name: "virtualization-type", values: ["hvm"] },
      { name: "root-device-type", values: ["ebs"] },
    ];
    return ec2.getAmiOutput({ owners: [CANONICAL], mostRecent: true, filters }, { parent: this.parent }).id;
  }
}
