/** Parts of IAM policies. */

/** Actions, on which resources, under which condition. */
export interface Statement {
  readonly actions: string[];
  /** Default: all. */
  readonly resources?: string[];
  readonly condition?: object;
}

const EC2 = ["arn:aws:ec2:*:*:*/*"];

/** Actions of EC2 that make or change something. */
export function ec2(...actions: string[]): Statement {
  return { actions: actions.map((each) => `ec2:${each}`), resources: EC2 };
}

/** Actions of EC2 that end something: only what carries the tag that everything of a cluster has. */
export function removes(...actions: string[]): Statement {
  return { ...ec2(...actions), condition: { StringLike: { "aws:ResourceTag/owner": "?*" } } };
}

/** Actions that AWS knows no single resource for: what only reads. */
export function reads(service: string, ...actions: string[]): Statement {
  return { actions: actions.map((each) => `${service}:${each}`) };
}

/** Actions on these resources. */
export function on(service: string, resources: string[], actions: string[]): Statement {
  return { actions: actions.map((each) => `${service}:${each}`), resources };
}

/** Roles that a service makes for itself when an account first uses it. */
export function serviceRole(...services: string[]): Statement {
  return {
    actions: ["iam:CreateServiceLinkedRole"],
    resources: ["arn:aws:iam::*:role/aws-service-role/*"],
    condition: { StringEquals: { "iam:AWSServiceName": services } },
  };
}

export const ROLES = ["arn:aws:iam::*:role/storm/*"];
export const PROFILES = ["arn:aws:iam::*:instance-profile/storm/*"];
export const passRole: Statement = {
  actions: ["iam:PassRole"],
  resources: ROLES,
  condition: { StringEquals: { "iam:PassedToService": "ec2.amazonaws.com" } },
};
/** Of whatever EC2 makes. */
export const tagging = ec2("CreateTags", "DeleteTags");
/** Images and their snapshots belong to Canonical; their ARNs have no account. */
export const launch: Statement = {
  actions: ["ec2:RunInstances"],
  resources: [...EC2, "arn:aws:ec2:*::image/*", "arn:aws:ec2:*::snapshot/*"],
};
