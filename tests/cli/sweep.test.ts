import { createServer, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { PassThrough } from "node:stream";
import { foundText, look, notLookedText, scope as scopeOf, sweep } from "../../cli/sweep/sweep";
import { scopeOf as tagScope } from "../../components/digitalocean/names";
import { Written } from "../tools/support";

/** Three accounts with things of two environments; what is deleted there is gone. */
class Clouds {
  readonly deleted: string[] = [];
  refusal: string | undefined;
  private readonly aws: Record<string, { owner: string; stack: string }> = {
    "i-1": { owner: "storm", stack: "prod" },
    "i-2": { owner: "storm", stack: "dev" },
    "vol-1": { owner: "storm", stack: "prod" },
    "eipalloc-1": { owner: "other", stack: "prod" },
  };
  private readonly groups = [
    { name: "storm-prod-azure-westeurope", location: "westeurope", tags: { owner: "storm", stack: "prod" } },
    { name: "storm-dev-azure-westeurope", location: "westeurope", tags: { owner: "storm", stack: "dev" } },
    { name: "bare", location: "westeurope" },
  ];
  private readonly droplets = [
    { id: 1, name: "storm-prod-web-1", tags: ["owner:storm-prod-ams3", "stack:storm-prod-ams3"] },
    { id: 2, name: "storm-dev-web-1", tags: ["owner:storm-dev-ams3"] },
    { id: 3, name: "mine", tags: [] },
  ];

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
      return [200, ids.map((id) => `<item>\n<${kind}>${id}</${kind}></item>`).join("")];
    }
    const id = form.get("InstanceId.1") ?? form.get("VolumeId") ?? form.get("AllocationId") ?? "";
    if (action === "DeleteVolume" && !this.deleted.includes("i-1")) return [400, "<Code>VolumeInUse</Code>"];
    this.deleted.push(id);
    return [200, ""];
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
    if (method === "GET") return [200, JSON.stringify({ value: this.groups })];
    this.deleted.push(url.split("/").at(-1)?.split("?")[0] ?? "");
    return [202, ""];
  }

  private digitalOcean(method: string, url: string): [number, string] {
    if (method === "DELETE") {
      this.deleted.push(url);
      return [204, ""];
    }
    const { pathname, searchParams } = new URL(url, "http://127.0.0.1");
    if (pathname === "/v2/volumes") return [200, JSON.stringify({ volumes: [] })];
    const first = searchParams.get("page") === "1";
    const links = first ? { pages: { next: "page=2" } } : {};
    return [200, JSON.stringify({ droplets: first ? this.droplets.slice(1) : this.droplets.slice(0, 1), links })];
  }
}

const PLAN = {
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

let clouds: Clouds;
let origin: string;
const server = createServer((request, answer) => {
  let body = "";
  request.setEncoding("utf8").on("data", (part: string) => (body += part));
  request.on("end", () => {
    const [status, text] = clouds.answer(request.method ?? "", request.url ?? "", request.headers, body);
    answer.writeHead(status).end(text);
  });
});
beforeAll(async () => {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`; // it listens on a port
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});
beforeEach(() => (clouds = new Clouds()));

const looked = () =>
  look(PLAN, {
    env: {
      AWS_ACCESS_KEY_ID: "canary-id",
      AWS_SECRET_ACCESS_KEY: "canary-secret",
      AWS_ENDPOINT_URL: origin,
      DIGITALOCEAN_API_URL: origin,
      ARM_TENANT_ID: "t",
      ARM_CLIENT_ID: "c",
      ARM_CLIENT_SECRET: "canary-azure",
      ARM_SUBSCRIPTION_ID: "s",
    },
    digitalOceanToken: "canary-token",
    azure: { login: origin, management: origin },
  });

/** Somebody who types this, or nobody. */
function typing(text: string | undefined) {
  const input = Object.assign(new PassThrough(), { isTTY: text !== undefined });
  input.end(text === undefined ? "" : `${text}\n`);
  return { input, output: new PassThrough() };
}

const LIST = [
  "AWS eu-west-1: machine i-1",
  "AWS eu-west-1: disk vol-1",
  "AWS eu-west-1: arn:aws:ec2:eu-west-1:1:vpc/vpc-1 (by hand)",
  "Azure westeurope: resource group storm-prod-azure-westeurope, with all that is in it",
  "DigitalOcean ams3: machine storm-prod-web-1 (1)",
];

test("only what has both tags, over all pages; looking deletes nothing", async () => {
  expect(foundText(await looked())).toEqual(LIST);
  expect(clouds.deleted).toEqual([]);
});

test.each([
  ["nobody is there, whatever --yes says", undefined],
  ["a wrong name", "storm-dev"],
  ["yes is not enough", "y"],
])("nothing is deleted: %s", async (_, typed) => {
  const said = new Written();
  expect(await sweep(PLAN, await looked(), said, typing(typed))).toBe(false);
  for (const line of LIST) expect(said.text).toContain(line);
  expect(clouds.deleted).toEqual([]);
});

test("somebody who has seen the list and types the name: machines first, and what is by hand is left", async () => {
  const said = new Written();
  expect(await sweep(PLAN, await looked(), said, typing("storm-prod"))).toBe(false);
  expect(clouds.deleted).toEqual(["i-1", "vol-1", "storm-prod-azure-westeurope", "/v2/droplets/1"]);
  expect(said.text).toContain("  AWS eu-west-1: machine i-1: deleted\n");
});

test("what cannot be deleted is named, and the rest is deleted all the same", async () => {
  const found = await looked();
  clouds.deleted.length = 0;
  // The machine is deleted by somebody else meanwhile: here its disk stays in use.
  const [aws, ...rest] = found;
  if (aws === undefined || !("found" in aws)) throw new Error("AWS was not looked at");
  const disks = { found: aws.found.filter(({ what }) => what.startsWith("disk")) };
  await expect(sweep(PLAN, [disks, ...rest], new Written(), typing("storm-prod"))).rejects.toThrow(
    expect.objectContaining({
      hints: expect.arrayContaining(["AWS eu-west-1: disk vol-1: refused: DeleteVolume VolumeInUse"]) as string[],
    }),
  );
  expect(clouds.deleted).toEqual(["storm-prod-azure-westeurope", "/v2/droplets/1"]);
});

test("a cloud that refuses, and one without a credential, are said not to be looked at, without the credential", async () => {
  clouds.refusal = "UnauthorizedOperation";
  const lines = notLookedText(await looked());
  expect(lines[0]).toBe("aws-eu-west-1: not looked at: refused: DescribeInstances UnauthorizedOperation");
  expect(lines.join("\n")).not.toContain("canary");
  expect(
    notLookedText(
      await look(PLAN, {
        env: { HOME: "/nowhere", AWS_SHARED_CREDENTIALS_FILE: "/nowhere/a", AWS_CONFIG_FILE: "/nowhere/b" },
      }),
    ),
  ).toEqual([
    "aws-eu-west-1: not looked at: only the provider itself has its credential",
    "azure-westeurope: not looked at: only the provider itself has its credential",
    "digitalocean-ams3: not looked at: there is no token",
  ]);
});

test("where nothing is left nobody is asked", async () => {
  const said = new Written();
  expect(await sweep(PLAN, [{ found: [] }], said, typing(undefined))).toBe(true);
  expect(said.text).toBe("");
});

test("DigitalOcean's tags are those that the program gives", () => {
  for (const name of ["storm", "9lives"])
    expect(scopeOf({ owner: name, stack: "prod" }, "ams3")).toBe(tagScope({ name, env: "prod" }, { region: "ams3" }));
});
