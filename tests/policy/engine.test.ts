/** The pack on the real engine: what users see. */
import { rules } from "../../policy/rules";
import { cases } from "./fixtures/all";
import { urnOf } from "./support/fixture";
import { type Checked, PolicyLab, SUITE_TIMEOUT_MS } from "./support/lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

const STORM_YML =
  "production: true\nHostname: storm.example.com\nAWS: [3, small]\ntls: {acme: {email: ops@example.com}}\ndns: {provider: route53}\n";
let lab: PolicyLab;
let seen: Checked;
beforeAll(async () => {
  lab = await PolicyLab.start();
  seen = await lab.check(
    cases.map(({ fixture }) => fixture),
    { stormYml: STORM_YML },
  );
});
afterAll(() => lab.stop());

test.each(cases)("$rule: $fixture.name", ({ rule, fixture, problems }) => {
  const found = seen.violations.filter(({ policy, urn }) => policy === rule && urn === urnOf(fixture));
  const description = rules.find(({ name }) => name === rule)?.description ?? "";
  const keys: [RegExp, string][] = [
    [/^aws:route53\/|^azure-native:(dns|network):Zone|^digitalocean:index\/domain:/, "storm.yml:5:6 dns: "],
    [/^aws:/, "storm.yml:3:6 AWS: "],
  ];
  const place = keys.find(([types]) => types.test(fixture.type))?.[1] ?? "";
  const message = (problem: string) => `${description}\n${place}${fixture.name}: ${problem}`;
  expect(found.map((violation) => violation.message.replace(/^\S*storm\.yml/m, "storm.yml"))).toEqual(
    problems.map(message),
  );
  expect(found.every(({ level }) => level === "mandatory")).toBe(true);
});

test("the preview fails, and not by an error of the pack", () => {
  expect(seen.passed).toBe(false);
  expect(seen.text).not.toMatch(/can't run policy|failed to run|^ +at /m);
});
