import { formatIssues } from "../../spec/errors";
import { load } from "../../spec/load";
import { notYetDeployable } from "../../spec/not-yet";
import { priceAgeWarnings } from "../../spec/sizes/price";
import { fixtures } from "./fixtures";

function notYet(text: string): string {
  return formatIssues(notYetDeployable(load(text, { fileName: "storm.yml" }).spec));
}

test("what this version deploys is named nowhere", () => {
  expect(notYet("Local: [3, small]\ncompose: {web: {file: a.yml}}\nlimits: {global: {nodes: 5}}\n")).toBe("");
});

test("what a later version deploys is named with its place, the version and what to do until then", () => {
  expect(notYet(fixtures("valid").find(({ name }) => name === "everything")?.text ?? "")).toMatchSnapshot();
});

test("prices older than 180 days are said to be old, by provider in use", () => {
  expect(priceAgeWarnings(["aws", "local"], new Date("2025-11-28"))).toEqual([]);
  expect(priceAgeWarnings(["aws", "local"], new Date("2025-11-29"))).toEqual([
    "the prices of AWS are of 2025-06-01, 181 days old; see https://aws.amazon.com/ec2/pricing/on-demand/",
  ]);
  expect(priceAgeWarnings(["local", "hosts"], new Date("2040-01-01"))).toEqual([]);
});
