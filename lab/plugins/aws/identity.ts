import { cloudResource } from "../shared/cloud";
import type { CheckFailure } from "../shared/fields";
import type { ValueMap } from "../shared/values";
import { arn } from "./arn";
import { matching, text, unless } from "./checks";
import { fixed, required, str, tags } from "./fields";

const PATH = /^\/([!-~]{1,510}\/)?$/;

/** docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas */
function named(inputs: ValueMap, longest: number): CheckFailure[] {
  const pattern = new RegExp(`^[A-Za-z0-9_+=,.@-]{1,${longest}}$`);
  return [
    ...matching(inputs, "name", pattern, `must be at most ${longest} letters, digits and _+=,.@-`),
    ...matching(inputs, "path", PATH, 'must begin and end with "/"'),
  ];
}

function isJson(document: string): boolean {
  try {
    return typeof JSON.parse(document) === "object";
  } catch {
    return false;
  }
}

const where = (kind: string) => arn("iam", ({ id, inputs }) => `${kind}${text(inputs["path"]) ?? "/"}${id}`, "global");

export const identityTypes = {
  "aws:iam/role:Role": cloudResource({
    id: (inputs) => text(inputs["name"]) ?? "",
    inputs: {
      name: fixed(required(str)),
      path: fixed(str),
      description: str,
      assumeRolePolicy: required(str),
      tags,
    },
    computed: { arn: where("role") },
    check: (inputs) => {
      const document = text(inputs["assumeRolePolicy"]);
      const fine = document === undefined || isJson(document);
      return [...named(inputs, 64), ...unless(fine, "assumeRolePolicy", "must be a JSON document")];
    },
  }),
  "aws:iam/instanceProfile:InstanceProfile": cloudResource({
    id: (inputs) => text(inputs["name"]) ?? "",
    inputs: { name: fixed(required(str)), path: fixed(str), role: str, tags },
    computed: { arn: where("instance-profile") },
    check: (inputs) => named(inputs, 128),
  }),
};
