import { byType, type ResourceRule, shown } from "../rule";
import { isUnknown, number, type Props, props } from "../values";

/** A container on a bridge is one hop further away, and must not get the machine's credentials. */
const HOP_LIMIT = 1;

/** AWS only: the other clouds' metadata holds no credentials without a header that no redirect sends. */
export const instanceMetadata: ResourceRule = {
  name: "instance-metadata",
  description: "AWS instances answer metadata requests with a session only (IMDSv2), and to no container.",
  enforcement: "mandatory",
  check: byType("instance-metadata", {
    "aws:ec2/launchTemplate:LaunchTemplate": problems,
    "aws:ec2/instance:Instance": instance,
    "aws:ec2/spotInstanceRequest:SpotInstanceRequest": instance,
  }),
};

function instance(given: Props): string[] {
  // What it does not say itself its launch template says.
  return given["launchTemplate"] !== undefined && given["metadataOptions"] === undefined ? [] : problems(given);
}

function problems({ metadataOptions }: Props): string[] {
  if (isUnknown(metadataOptions)) return [];
  const { httpEndpoint, httpTokens, httpPutResponseHopLimit: hops } = props(metadataOptions);
  if (httpEndpoint === "disabled") return [];
  const tokens = httpTokens === "required" || isUnknown(httpTokens);
  const near = number(hops) === HOP_LIMIT || isUnknown(hops);
  return [
    ...(tokens ? [] : [`metadataOptions.httpTokens is ${shown(httpTokens)}; allowed: "required"`]),
    ...(near ? [] : [`metadataOptions.httpPutResponseHopLimit is ${shown(hops)}; allowed: ${HOP_LIMIT}`]),
  ];
}
