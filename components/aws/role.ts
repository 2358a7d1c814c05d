import * as iam from "@pulumi/aws/iam";
import * as pulumi from "@pulumi/pulumi";
import type { SiteArgs } from "../site";
import { KEEPS_NAME, physicalName, tagsOf } from "./names";

/** Where IAM keeps the program's roles, so that its own rights can end there. */
const PATH = "/storm/";

/**
 * Who the nodes are to AWS: a role without any policy. Nothing on a node calls AWS; whoever needs to attaches the one action that it
 * needs, and does not hand out keys.
 */
export class NodeRole extends pulumi.ComponentResource {
  /** Name of the instance profile. */
  readonly profile: pulumi.Output<string>;
  readonly profileArn: pulumi.Output<string>;

  constructor(
    name: string,
    args: Pick<SiteArgs, "plan" | "site" | "clusterId">,
    opts?: pulumi.ComponentResourceOptions,
  ) {
    super("storm:aws:NodeRole", name, {}, opts);
    const { plan, site } = args;
    // IAM's names are the account's, not the region's.
    const physical = physicalName(args, `${site.region}-node`);
    const tags = tagsOf(plan, `${site.region}-node`);
    const role = new iam.Role(
      name,
      {
        name: physical,
        path: PATH,
        description: `Nodes of ${plan.name} ${plan.env} in ${site.region}`,
        assumeRolePolicy: JSON.stringify({
          Version: "2012-10-17",
          Statement: [{ Effect: "Allow", Principal: { Service: "ec2.amazonaws.com" }, Action: "sts:AssumeRole" }],
        }),
        tags,
      },
      { parent: this, ignoreChanges: KEEPS_NAME },
    );
    const profile = new iam.InstanceProfile(
      name,
      { name: physical, path: PATH, role: role.name, tags },
      { parent: this, ignoreChanges: KEEPS_NAME },
    );
    this.profile = profile.name;
    this.profileArn = profile.arn;
    this.registerOutputs({ profile: profile.name });
  }
}
