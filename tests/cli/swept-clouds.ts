/** Three accounts with things of two environments, behind one address of this machine. */
import type { IncomingMessage } from "node:http";
import { PassThrough } from "node:stream";
import type { SweepSources } from "../../cli/sweep/sweep";
import { answering } from "./answering-server";

export const PLAN = {
  name: "storm",
  env: "prod",
  sites: [
    { name: "aws-eu-west-1", provider: "aws" as const, region: "eu-west-1" },
    { name: "azure-westeurope", provider: "azure" as const, region: "westeurope" },
    { name: "azure-northeurope", provider: "azure" as const, region: "northeurope" },
    { name: "digitalocean-ams3", provider: "digitalocean" as const, region: "ams3" },
    { name: "local", provider: "local" as const, region: "" },
  ],
};

const GROUPS = "/subscriptions/s/resourceGroups";

export class Clouds {
  /** What was asked to go, in that order. */
  readonly deleted: string[] = [];
  refusal: string | undefined;
  private readonly aws: Record<string, { owner: string; stack: string }> = {
    "i-1": { owner: "storm", stack: "prod" },
    "i-2": { owner: "storm", stack: "dev" },
    "vol-1": { owner: "storm", stack: "prod" },
    "eipalloc-1": { owner: "other", stack: "prod" },
  };
  private groups = ["prod", "dev"].map((stack) => ({
    id: `${GROUPS}/storm-${stack}-azure-westeurope`,
    name: `storm-${stack}-azure-westeurope`,
    location: "westeurope",
    tags: { owner: "storm", stack },
  }));
  private droplets = [
    { id: 1, name: "storm-prod-web-1", tags: ["owner:storm-prod-ams3", "stack:storm-prod-ams3"] },
    { id: 2, name: "storm-dev-web-1", tags: ["owner:storm-dev-ams3"] },
    { id: 3, name: "mine", tags: [] },
  ];

  /** Azure has done what it accepted. */
  settle(): void {
    this.groups = this.groups.filter(({ name }) => !this.deleted.includes(name));
  }

  answer(method: string, url: string, headers: IncomingMessage["headers"], body: string): [number, string] {
    if (this.refusal !== undefined) return [403, `<Code>${this.refusal}</Code>`];
    if (url.endsWith("/oauth2/v2.0/token")) return [200, JSON.stringify({ access_token: "token" })];
    if (url.startsWith("/subscriptions/")) return this.azure(method, url);
    if (url.startsWith("/v2/")) return this.digitalOcean(method, url);
    return headers["x-amz-target"] === undefined ? this.ec2(new URLSearchParams(body)) : this.tagging(body);
  }

  private ec2(form: URLSearchParams): [number, string] {
    const action = form.get("Action") ?? "";
    if (action.startsWith("Describe")) {
      const [owner, stack] = [form.get("Filter.1.Value.1"), form.get("Filter.2.Value.1")];
      const names = [form.get("Filter.1.Name"), form.get("Filter.2.Name")];
      if (names.join() !== "tag:owner,tag:stack") return [400, "<Code>InvalidParameterValue</Code>"];
      const kind = { DescribeInstances: "instanceId", DescribeVolumes: "volumeId" }[action] ?? "allocationId";
      const prefix = { instanceId: "i-", volumeId: "vol-" }[kind] ?? "eipalloc-";
      const ids = Object.keys(this.aws).filter(
        (id) => id.startsWith(prefix) && this.aws[id]?.owner === owner && this.aws[id]?.stack === stack,
      );
      return [200, ids.map((id) => `<item>\n<${kind}>${id}</${kind}>${this.attachment(kind, id)}</item>`).join("")];
    }
    const id = form.get("InstanceId.1") ?? form.get("VolumeId") ?? form.get("AllocationId") ?? "";
    if (action === "DeleteVolume" && "i-1" in this.aws) return [400, "<Code>VolumeInUse</Code>"];
    this.deleted.push(id);
    delete this.aws[id];
    return [200, ""];
  }

  /** A volume that is in a machine says its own id there once more. */
  private attachment(kind: string, id: string): string {
    if (kind !== "volumeId" || !("i-1" in this.aws)) return "";
    return `<attachmentSet><item>\n<volumeId>${id}</volumeId><instanceId>i-1</instanceId></item></attachmentSet>`;
  }

  private tagging(body: string): [number, string] {
    const { PaginationToken } = JSON.parse(body) as { PaginationToken?: string };
    const arns = PaginationToken === undefined ? ["ec2:eu-west-1:1:instance/i-1"] : ["ec2:eu-west-1:1:vpc/vpc-1"];
    return [
      200,
      JSON.stringify({
        ...(PaginationToken === undefined ? { PaginationToken: "more" } : { PaginationToken: "" }),
        ResourceTagMappingList: arns.map((arn) => ({ ResourceARN: `arn:aws:${arn}` })),
      }),
    ];
  }

  private azure(method: string, url: string): [number, string] {
    const bare = { id: `${GROUPS}/bare`, name: "bare", location: "westeurope" };
    if (method === "GET") return [200, JSON.stringify({ value: [...this.groups, bare] })];
    this.deleted.push(url.split("/").at(-1)?.split("?")[0] ?? "");
    return [202, ""];
  }

  private digitalOcean(method: string, url: string): [number, string] {
    if (method === "DELETE") {
      this.deleted.push(url);
      this.droplets = this.droplets.filter(({ id }) => url !== `/v2/droplets/${id}`);
      return [204, ""];
    }
    const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
    if (pathname === "/v2/volumes") return [200, JSON.stringify({ volumes: [] })];
    const first = searchParams.get("page") === "1";
    const links = first ? { pages: { next: "page=2" } } : {};
    const theirs = this.droplets.filter(({ tags }) => tags.includes("owner:storm-prod-ams3"));
    const others = this.droplets.filter((each) => !theirs.includes(each));
    return [200, JSON.stringify({ droplets: first ? others : theirs, links })];
  }
}

/** @param clouds those of the moment */
export async function serveClouds(clouds: () => Clouds): Promise<{ sources: SweepSources; close: () => void }> {
  const { origin, close } = await answering(({ method, url, headers, body }) =>
    clouds().answer(method, url, headers, body),
  );
  const env = {
    AWS_ACCESS_KEY_ID: "canary-id",
    AWS_SECRET_ACCESS_KEY: "canary-secret",
    AWS_ENDPOINT_URL: origin,
    DIGITALOCEAN_API_URL: origin,
    ARM_TENANT_ID: "t",
    ARM_CLIENT_ID: "c",
    ARM_CLIENT_SECRET: "canary-azure",
    ARM_SUBSCRIPTION_ID: "s",
  };
  const azure = { login: origin, management: origin };
  return { sources: { env, digitalOceanToken: "canary-token", azure }, close };
}

/** Somebody who types this, or nobody. */
export function typing(text: string | undefined) {
  const input = Object.assign(new PassThrough(), { isTTY: text !== undefined });
  input.end(text === undefined ? "" : `${text}\n`);
  return { input, output: new PassThrough() };
}
