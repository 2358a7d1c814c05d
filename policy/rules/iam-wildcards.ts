import type { Checks } from "../checks";
import { byType, type ResourceRule, shown } from "../rule";
import { json, type Props, props, rows, text, texts, type Value } from "../values";

/** AWS's own policies that allow everything, of an account or of a service. */
const BROAD_POLICY = /\/(AdministratorAccess|PowerUserAccess|\w*FullAccess)$/;

/** Roles of Azure that allow every action, by the last part of their id: learn.microsoft.com, "Azure built-in roles". */
const BROAD_ROLES: Readonly<Record<string, string>> = {
  "8e3af657-a8ff-443c-a75c-2fe8c4bcb635": "Owner",
  "b24988ac-6180-42a0-ab88-20f7382dd24c": "Contributor",
  "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9": "User Access Administrator",
};

const allActionsByName = "allowed: every action by its name";

export const iamWildcards: ResourceRule = {
  name: "iam-wildcards",
  description: "No role or policy allows an action by a wildcard.",
  enforcement: "mandatory",
  check: byType("iam-wildcards", {
    ...awsPolicies(["policy:Policy", "rolePolicy:RolePolicy", "userPolicy:UserPolicy", "groupPolicy:GroupPolicy"]),
    "aws:iam/role:Role": ({ assumeRolePolicy, inlinePolicies, managedPolicyArns }) => [
      ...documentProblems(assumeRolePolicy),
      ...rows(inlinePolicies).flatMap(({ policy }) => documentProblems(policy)),
      ...texts(managedPolicyArns).flatMap(broadPolicy),
    ],
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": ({ policyArn }) => texts(policyArn).flatMap(broadPolicy),
    "aws:iam/policyAttachment:PolicyAttachment": ({ policyArn }) => texts(policyArn).flatMap(broadPolicy),
    "azure-native:authorization:RoleDefinition": ({ permissions }) =>
      rows(permissions).flatMap((each) => [...texts(each["actions"]), ...texts(each["dataActions"])].flatMap(wildcard)),
    "azure-native:authorization:RoleAssignment": ({ roleDefinitionId }) => broadRole(text(roleDefinitionId) ?? ""),
    "digitalocean:index/spacesKey:SpacesKey": ({ grants }) =>
      rows(grants).flatMap(({ permission }) =>
        permission === "fullaccess" ? ['its grant is "fullaccess"; allowed: "read" or "readwrite" on a bucket'] : [],
      ),
  }),
};

function awsPolicies(types: readonly string[]): Checks {
  return Object.fromEntries(types.map((type) => [`aws:iam/${type}`, ({ policy }: Props) => documentProblems(policy)]));
}

function documentProblems(document: Value | undefined): string[] {
  return rows(props(json(document))["Statement"])
    .filter(({ Effect }) => Effect !== "Deny")
    .flatMap(({ Action, NotAction }) => [
      ...(NotAction === undefined ? [] : [`it allows all but ${shown(texts(NotAction)[0])}; ${allActionsByName}`]),
      ...texts(Action).flatMap(wildcard),
    ]);
}

function wildcard(action: string): string[] {
  return /[*?]/.test(action) ? [`it allows ${shown(action)}; ${allActionsByName}`] : [];
}

function broadPolicy(arn: string): string[] {
  return BROAD_POLICY.test(arn) ? [`it has the policy ${arn}; ${allActionsByName}`] : [];
}

function broadRole(id: string): string[] {
  const name = BROAD_ROLES[id.slice(id.lastIndexOf("/") + 1).toLowerCase()];
  return name === undefined ? [] : [`it gives the role ${name}; allowed: a role with the actions in use`];
}
