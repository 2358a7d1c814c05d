/** What is tagged as an environment's in one region of AWS: machines, disks and addresses are deleted here, the rest is named. */
import { type AwsKeys, signed } from "../accounts/aws-signature";
import type { Environment } from "../accounts/reading";
import { request } from "../accounts/request";
import { type Found, type Mark, Refused } from "./found";

const FORM = { "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
const EC2_VERSION = "2016-11-15";
const TAGGING = "ResourceGroupsTaggingAPI_20170126.GetResources";

interface Region {
  region: string;
  keys: AwsKeys;
  env: Environment;
}

/** Kinds of EC2's that cost money by themselves: how they are asked for, and deleted. Machines come first: they hold the others. */
const KINDS = [
  {
    word: "machine",
    ask: "DescribeInstances",
    // One that is gone is shown for an hour.
    more: { name: "instance-state-name", values: ["pending", "running", "stopping", "stopped"] },
    id: /<instanceId>(i-[^<]+)</g,
    remove: "TerminateInstances",
    parameter: "InstanceId.1",
  },
  {
    word: "disk",
    ask: "DescribeVolumes",
    id: /<item>\s*<volumeId>(vol-[^<]+)</g,
    remove: "DeleteVolume",
    parameter: "VolumeId",
  },
  {
    word: "address",
    ask: "DescribeAddresses",
    id: /<allocationId>(eipalloc-[^<]+)</g,
    remove: "ReleaseAddress",
    parameter: "AllocationId",
  },
] as const;

export async function findAws(region: Region, mark: Mark): Promise<Found[]> {
  const place = `AWS ${region.region}`;
  const found: Found[] = [];
  for (const kind of KINDS) {
    const more = "more" in kind ? [kind.more] : [];
    const filters = [{ name: "tag:owner", values: [mark.owner] }, { name: "tag:stack", values: [mark.stack] }, ...more];
    const text = await ec2(region, kind.ask, parametersOf(filters));
    // A volume that is in a machine says its id there once more.
    for (const id of new Set([...text.matchAll(kind.id)].map(([, each = ""]) => each)))
      found.push({
        place,
        what: `${kind.word} ${id}`,
        id,
        remove: async () => void (await ec2(region, kind.remove, { [kind.parameter]: id })),
      });
  }
  const named = await tagged(region, mark);
  const own = /:(instance|volume|elastic-ip)\//;
  return [...found, ...named.filter((arn) => !own.test(arn)).map((arn) => ({ place, what: arn }))];
}

/** Filter.1.Name=...&Filter.1.Value.1=... */
function parametersOf(filters: readonly { name: string; values: readonly string[] }[]): Record<string, string> {
  return Object.fromEntries(
    filters.flatMap(({ name, values }, index) => [
      [`Filter.${index + 1}.Name`, name],
      ...values.map((value, at) => [`Filter.${index + 1}.Value.${at + 1}`, value]),
    ]),
  ) as Record<string, string>;
}

async function ec2(region: Region, action: string, parameters: Record<string, string>): Promise<string> {
  const body = new URLSearchParams({ Action: action, Version: EC2_VERSION, ...parameters }).toString();
  const { status, text } = await call(region, "ec2", FORM, body);
  if (status === 200) return text;
  throw new Refused(`${action} ${/<Code>([^<]*)</.exec(text)?.[1] ?? status}`);
}

/** ARNs of all that has the tags, whatever it is. */
async function tagged(region: Region, { owner, stack }: Mark): Promise<string[]> {
  const headers = { "content-type": "application/x-amz-json-1.1", "x-amz-target": TAGGING };
  const filters = [
    { Key: "owner", Values: [owner] },
    { Key: "stack", Values: [stack] },
  ];
  const arns: string[] = [];
  let token = "";
  do {
    const body = JSON.stringify({ TagFilters: filters, ...(token === "" ? {} : { PaginationToken: token }) });
    const { status, text } = await call(region, "tagging", headers, body);
    if (status !== 200)
      throw new Refused(`tag:GetResources ${/"__type":"(?:[^"]*#)?(\w+)"/.exec(text)?.[1] ?? status}`);
    const answer = JSON.parse(text) as { PaginationToken?: string; ResourceTagMappingList: { ResourceARN: string }[] };
    arns.push(...answer.ResourceTagMappingList.map(({ ResourceARN }) => ResourceARN));
    token = answer.PaginationToken ?? "";
  } while (token !== "");
  return arns;
}

function call({ region, keys, env }: Region, service: string, headers: Record<string, string>, body: string) {
  const url = new URL(env["AWS_ENDPOINT_URL"] ?? `https://${service}.${region}.amazonaws.com`);
  const asked = { method: "POST", url, headers, body, region, service } as const;
  return request("POST", url.href, signed(keys, asked, new Date()), body);
}
