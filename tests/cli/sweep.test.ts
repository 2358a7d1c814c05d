import type { Looked } from "../../cli/sweep/found";
import { foundText, look, notLookedText, scope as scopeOf, sweep } from "../../cli/sweep/sweep";
import { scopeOf as tagScope } from "../../components/digitalocean/names";
import { Written } from "../tools/support";
import { Clouds, PLAN, serveClouds, typing } from "./swept-clouds";

let clouds: Clouds;
let served: Awaited<ReturnType<typeof serveClouds>>;
beforeAll(async () => {
  served = await serveClouds(() => clouds);
});
afterAll(() => served.close());
beforeEach(() => (clouds = new Clouds()));

const looked = () => look(PLAN, served.sources);

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
  expect(await sweep(PLAN, { looked: await looked(), known: [], again: looked }, said, typing(typed))).toBe(false);
  for (const line of LIST) expect(said.text).toContain(line);
  expect(clouds.deleted).toEqual([]);
});

/** Somebody types the name; what was said, and whether nothing is left. */
async function typed(first: readonly Looked[]): Promise<{ clean: boolean; said: string }> {
  const said = new Written();
  const clean = await sweep(PLAN, { looked: first, known: [], again: looked }, said, typing("storm-prod"));
  return { clean, said: said.text };
}

test("somebody who has seen the list and types the name: machines first; what is by hand, or only accepted, is left", async () => {
  const { clean, said } = await typed(await looked());
  expect(clean).toBe(false);
  expect(clouds.deleted).toEqual(["i-1", "vol-1", "storm-prod-azure-westeurope", "/v2/droplets/1"]);
  expect(said).toContain("  AWS eu-west-1: machine i-1: asked to delete\n");
  expect(said.split("Not gone yet:\n")[1]).toBe(
    `  ${LIST[2]}\n  ${LIST[3]}\nWhat was asked for can take minutes, and can fail: run it again; the exit code is 0 when nothing is left\n`,
  );
});

test("nothing is left when another look finds nothing", async () => {
  const [, ...rest] = await looked();
  const asked = await sweep(
    PLAN,
    {
      looked: rest,
      known: [],
      again: () => (clouds.settle(), look({ ...PLAN, sites: PLAN.sites.slice(1) }, served.sources)),
    },
    new Written(),
    typing("storm-prod"),
  );
  expect(clouds.deleted).toEqual(["storm-prod-azure-westeurope", "/v2/droplets/1"]);
  expect(asked).toBe(true);
});

test("a cloud that does not answer any more has not said that it is gone", async () => {
  const first = await looked();
  const again = () => ((clouds.refusal = "Throttling"), looked());
  const said = new Written();
  expect(await sweep(PLAN, { looked: first, known: [], again }, said, typing("storm-prod"))).toBe(false);
  expect(said.text).toContain("Not gone yet:\n  aws-eu-west-1: not looked at: refused: DescribeInstances Throttling\n");
});

test("what cannot be deleted is named, and the rest is deleted all the same", async () => {
  const found = await looked();
  clouds.deleted.length = 0;
  // The machine is deleted by somebody else meanwhile: here its disk stays in use.
  const [aws, ...rest] = found;
  if (aws === undefined || !("found" in aws)) throw new Error("AWS was not looked at");
  const disks = { found: aws.found.filter(({ what }) => what.startsWith("disk")) };
  await expect(
    sweep(PLAN, { looked: [disks, ...rest], known: [], again: looked }, new Written(), typing("storm-prod")),
  ).rejects.toThrow(
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
    "digitalocean-ams3: not looked at: there is no token (DIGITALOCEAN_TOKEN; that of stack config opens only while the stack is there)",
  ]);
});

test("where nothing is left nobody is asked", async () => {
  const said = new Written();
  expect(await sweep(PLAN, { looked: [{ found: [] }], known: [], again: looked }, said, typing(undefined))).toBe(true);
  expect(said.text).toBe("");
});

test("DigitalOcean's tags are those that the program gives", () => {
  for (const name of ["storm", "9lives"])
    expect(scopeOf({ owner: name, stack: "prod" }, "ams3")).toBe(tagScope({ name, env: "prod" }, { region: "ams3" }));
});
