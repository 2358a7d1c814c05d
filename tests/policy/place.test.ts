/** Which line of storm.yml a resource comes from. */
import { placeOf } from "../../policy/place";
import { load } from "../../spec/load";
import { resourceOf } from "./support/fixture";

const STORM_YML = [
  "Hostname: storm.example.com",
  "AWS:",
  "  region: eu-west-1",
  "  pools: [{name: web, count: 3, size: small}]",
  "DigitalOcean:",
  "  region: fra1",
  "  pools:",
  "    - {name: db, count: 2, size: small}",
  "dns: {provider: route53, zone: example.com}",
].join("\n");

const { spec } = load(STORM_YML, { fileName: "storm.yml" });
const place = (type: string, tags: string[] | Record<string, string>) =>
  placeOf(spec, resourceOf({ type, name: "x", props: { tags } }));

test.each([
  ["the pool's name", { pool: "web" }],
  ["site and pool", { pool: "aws-eu-west-1/web" }],
])("by %s", (_, tags) => {
  expect(place("aws:ec2/instance:Instance", tags)).toBe("storm.yml:4:11 AWS/pools/web: ");
});

test("DigitalOcean's tags are words", () => {
  const tags = ["owner:storm-prod-fra1", "pool:storm-prod-fra1:db"];
  expect(place("digitalocean:index/droplet:Droplet", tags)).toBe("storm.yml:8:7 DigitalOcean/pools/db: ");
});

test("else by what it serves, else by its provider; nothing where storm.yml has neither", () => {
  expect(place("aws:route53/zone:Zone", {})).toBe("storm.yml:9:6 dns: ");
  expect(place("aws:ec2/vpc:Vpc", {})).toBe("storm.yml:3:3 AWS: ");
  expect(place("azure-native:network:VirtualNetwork", {})).toBe("");
  expect(placeOf(undefined, resourceOf({ type: "aws:ec2/vpc:Vpc", name: "x", props: {} }))).toBe("");
});
