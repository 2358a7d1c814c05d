import { load } from "../../spec/load";
import { catalog, machineProviders } from "../../spec/sizes/catalog";
import { starter, type StarterAnswers } from "../../spec/starter";

const LOCAL: StarterAnswers = {
  name: "storm",
  domain: "storm.localhost",
  provider: "local",
  nodes: 3,
  size: "small",
  region: "",
  adminCidr: "",
};
const CLOUD: StarterAnswers = {
  ...LOCAL,
  domain: "storm.example.com",
  nodes: 5,
  size: "medium",
  adminCidr: "203.0.113.7/32",
};

test.each(machineProviders)(
  "what is written for %s passes the parser, with what is commented out as well",
  (provider) => {
    const region = catalog[provider].defaultRegion;
    const text = starter({ ...(provider === "local" ? LOCAL : CLOUD), provider, region });
    const { spec } = load(text, { fileName: "storm.yml" });
    expect(spec.pools).toMatchObject([{ provider, region, min: provider === "local" ? 3 : 5 }]);
    expect(text).toMatchSnapshot();
    const whole = text
      .replace(/^(\s*)# ?(?=( {2})?[a-z]+:|- \{)/gm, "$1")
      .replace(/^ *- \{ name: web.*$/gm, (line) => line);
    expect(load(whole, { fileName: "storm.yml" }).spec.limits.global?.nodes).toBe(provider === "local" ? 10 : 12);
    expect(whole.split("\n").filter((line) => line.startsWith("#")).length).toBeLessThan(
      text.split("\n").filter((line) => line.startsWith("#")).length,
    );
  },
);

test("zones are named where accounts see different ones", () => {
  const text = starter({ ...CLOUD, provider: "aws", region: "us-east-1", zones: ["us-east-1a", "us-east-1b"] });
  expect(load(text, { fileName: "storm.yml" }).spec.pools[0]?.zones).toEqual(["us-east-1a", "us-east-1b"]);
});
