import * as ec2 from "@pulumi/aws/ec2";
import * as pulumi from "@pulumi/pulumi";
import { lockedImage } from "../../plan/lock";
import type { PoolPlan } from "../../plan/types";
import type { SiteArgs } from "../site";

/** Canonical's account (documentation.ubuntu.com/aws/aws-how-to/instances/find-ubuntu-images). */
const CANONICAL = "099720109477";
/** Ubuntu 24.04 LTS. */
const RELEASE = "ubuntu/images/hvm-ssd-gp3/ubuntu-noble-24.04";

/**
 * The images of a site's machines: what storm.lock has, else the newest Ubuntu LTS of the region, asked for once for each architecture.
 * Whoever uses an id has it in `ignoreChanges`: a machine keeps the image that it was made from.
 */
export class UbuntuImages {
  private readonly found = new Map<string, pulumi.Output<string>>();

  /** @param parent by whose provider an image is looked up. */
  constructor(
    private readonly parent: pulumi.Resource,
    private readonly of: Pick<SiteArgs, "plan" | "site">,
  ) {}

  id(architecture: PoolPlan["architecture"]): pulumi.Output<string> {
    const known = this.found.get(architecture) ?? this.lockedOrNewest(architecture);
    this.found.set(architecture, known);
    return known;
  }

  /** Whether storm.lock decides: then another one is an upgrade that somebody asked for. */
  isLocked(architecture: PoolPlan["architecture"]): boolean {
    return lockedImage(this.of.plan.lock, this.of.site, architecture) !== undefined;
  }

  private lockedOrNewest(architecture: PoolPlan["architecture"]): pulumi.Output<string> {
    const locked = lockedImage(this.of.plan.lock, this.of.site, architecture);
    return locked === undefined ? this.lookUp(architecture) : pulumi.output(locked);
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
