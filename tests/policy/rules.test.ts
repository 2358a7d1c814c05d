/** Rules as plain functions, without the engine. */
import { rules } from "../../policy/rules";
import { load } from "../../spec/load";
import { cases, fixtures } from "./fixtures/all";
import { resourceOf } from "./support/fixture";

const STORM_YML =
  "production: true\nHostname: storm.example.com\nAWS: [3, small]\ntls: {acme: {email: ops@example.com}}\ndns: {provider: route53}\n";
const { spec } = load(STORM_YML, { fileName: "storm.yml" });

test("every rule has fixtures that pass and fixtures that fail", () => {
  const names = rules.filter((rule) => "check" in rule).map((rule) => rule.name);
  expect(Object.keys(fixtures)).toEqual(names.sort());
  for (const { passing, failing } of Object.values(fixtures)) {
    expect(passing.length).toBeGreaterThan(0);
    expect(failing.length).toBeGreaterThan(0);
  }
});

test.each(cases)("$rule: $fixture.name", ({ rule: name, fixture, problems }) => {
  const rule = rules.find((each) => each.name === name);
  if (rule === undefined || !("check" in rule)) throw new Error(`no rule ${name}`);
  expect(rule.check(resourceOf(fixture), { spec, config: null })).toEqual(problems);
});

/** What these rules want is not in the fixture at all, which is known whatever the rest will be. */
const KNOWN_TO_BE_MISSING = [
  "encrypted-disks-fail-aws-bare-template",
  "encrypted-disks-fail-aws-volume",
  "encrypted-disks-fail-azure",
  "instance-metadata-fail-aws",
  "public-storage-fail-azure",
  "tags-fail-aws-vpc",
];

test("a preview's unknown values are no problem of any rule", () => {
  const refused = cases.filter(({ rule: name, fixture }) => {
    const props = Object.fromEntries(Object.keys(fixture.props).map((key) => [key, { $ref: "later" }]));
    const resource = resourceOf({ ...fixture, props, protect: true });
    const rule = rules.find((each) => each.name === name);
    return rule !== undefined && "check" in rule && rule.check(resource, { spec, config: null }).length > 0;
  });
  expect(refused.map(({ fixture }) => fixture.name).sort()).toEqual(KNOWN_TO_BE_MISSING);
});
