import { byType, type ResourceRule, shown } from "../rule";
import { isUnknown, json, type Props, props, rows, text, texts, type Value } from "../values";

const BLOCKS = ["blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets"];

export const publicStorage: ResourceRule = {
  name: "public-storage",
  description: "No bucket, container or object is readable by everybody.",
  enforcement: "mandatory",
  check: byType("public-storage", {
    "aws:s3/bucket:Bucket": ({ acl, policy }) => [...aclProblems(acl), ...policyProblems(policy)],
    "aws:s3/bucketV2:BucketV2": ({ acl, policy }) => [...aclProblems(acl), ...policyProblems(policy)],
    "aws:s3/bucketAcl:BucketAcl": ({ acl }) => aclProblems(acl),
    "aws:s3/bucketAclV2:BucketAclV2": ({ acl }) => aclProblems(acl),
    "aws:s3/bucketObject:BucketObject": ({ acl }) => aclProblems(acl),
    "aws:s3/bucketObjectv2:BucketObjectv2": ({ acl }) => aclProblems(acl),
    "aws:s3/bucketPolicy:BucketPolicy": ({ policy }) => policyProblems(policy),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": (block) =>
      BLOCKS.filter((name) => block[name] !== true && !isUnknown(block[name])).map(
        (name) => `${name} is ${shown(block[name])}; allowed: true`,
      ),
    "azure-native:storage:StorageAccount": ({ allowBlobPublicAccess: allowed }) =>
      allowed === false || isUnknown(allowed) ? [] : [`allowBlobPublicAccess is ${shown(allowed)}; allowed: false`],
    "azure-native:storage:BlobContainer": ({ publicAccess }) =>
      ["None", undefined].includes(text(publicAccess))
        ? []
        : [`publicAccess is ${shown(publicAccess)}; allowed: "None"`],
    "digitalocean:index/spacesBucket:SpacesBucket": ({ acl }) => aclProblems(acl),
    "digitalocean:index/spacesBucketObject:SpacesBucketObject": ({ acl }) => aclProblems(acl),
    "digitalocean:index/spacesBucketPolicy:SpacesBucketPolicy": ({ policy }) => policyProblems(policy),
  }),
};

function aclProblems(acl: Value | undefined): string[] {
  // "authenticated-read" is everybody with an account at that cloud, whoever's.
  return /^(public-|authenticated-read)/.test(text(acl) ?? "") ? [`acl is ${shown(acl)}; allowed: "private"`] : [];
}

function policyProblems(policy: Value | undefined): string[] {
  const open = rows(props(json(policy))["Statement"]).some(
    (statement) => statement["Effect"] === "Allow" && statement["Condition"] === undefined && isEverybody(statement),
  );
  return open ? ['its policy allows the principal "*" without a condition; allowed: named principals'] : [];
}

function isEverybody({ Principal, NotPrincipal }: Props): boolean {
  if (NotPrincipal !== undefined) return true;
  return Principal === "*" || texts(props(Principal)["AWS"]).includes("*");
}
