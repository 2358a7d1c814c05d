/** The least-privilege documents are what the resource types in use come to. */
import { readFileSync } from "node:fs";
import { documentPath, documentText, namesInUse, providers, rightsOf } from "../../tools/least-privilege/generate";
import { awsPlugin } from "../../lab/plugins/aws/plugin";

const packages = [...new Set(providers().map((provider) => rightsOf(provider).package))];
const typesOf = (packageName: string) =>
  providers()
    .map(rightsOf)
    .filter((rights) => rights.package === packageName)
    .flatMap((rights) => rights.types);

test.each(providers())(
  "docs/least-privilege/%s.json is up to date: npx tsx tools/least-privilege/generate.ts",
  (name) => {
    expect(readFileSync(documentPath(name), "utf8")).toBe(documentText(name));
  },
);

test.each(providers())("%s: no action or scope by a wildcard", (name) => {
  expect(rightsOf(name).actions.filter((action) => /[*?]/.test(action))).toEqual([]);
  expect(rightsOf(name).actions.length).toBeGreaterThan(0);
});

test.each(packages)("%s: every type and look-up that a component uses has an entry", (packageName) => {
  const used = namesInUse(packageName);
  expect(used.size).toBeGreaterThan(0);
  const known = new Set(typesOf(packageName).map((token) => token.split(":").pop()));
  expect([...used].filter(([name]) => !known.has(name))).toEqual([]);
});

test("AWS: an entry for each type of the stand-in, which is what previews use, and none besides", () => {
  const standIn = [...Object.keys(awsPlugin.resources), ...Object.keys(awsPlugin.functions)];
  const known = typesOf("@pulumi/aws").filter((type) => type !== "pulumi:providers:aws");
  expect(known.sort()).toEqual(standIn.sort());
});

test.each(["aws", "route53"])("%s fits a managed policy of IAM: 6,144 characters without white space", (name) => {
  expect(documentText(name).replace(/\s/g, "").length).toBeLessThanOrEqual(6144);
});
