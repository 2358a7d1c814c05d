import { formatIssue } from "../../spec/errors";
import { load } from "../../spec/load";

/** What a DNS provider can do with the sites; its errors are among tests/fixtures/invalid. */

const warningsOf = (text: string): string[] =>
  load(`Hostname: storm.example.com\n${text}`, { fileName: "storm.yml" }).warnings.map(formatIssue);

test("several sites behind DigitalOcean's DNS are a warning: it has no health checks", () => {
  expect(warningsOf("Azure: [3, small]\nDigitalOcean: [2, small]\ndns: {provider: digitalocean}\n")).toEqual([
    "storm.yml:4:17 dns/provider: warning: DigitalOcean's DNS has no health checks: a site that is lost stays among the " +
      "answers (Azure eastus, DigitalOcean nyc3)",
  ]);
});

test.each([
  ["one site", "DigitalOcean: [3, small]\ndns: {provider: digitalocean}\n"],
  ["AWS alone: a host name is all there is", "AWS: [3, small]\ndns: {provider: digitalocean}\n"],
  ["a zone above the Hostname", "DigitalOcean: [3, small]\ndns: {provider: digitalocean, zone: example.com}\n"],
  [
    "an environment's own zone",
    "DigitalOcean: [3, small]\ndns: {provider: digitalocean, zone: prod.storm.example.com}\n",
  ],
])("%s is no reason to warn", (_what, text) => {
  expect(warningsOf(text)).toEqual([]);
});
