import { addPool, type NewPool } from "../../../spec/edit/add-pool";
import { load } from "../../../spec/load";
import { fixtures } from "../fixtures";
import { changedLines, LONG, options, refusal } from "./support";

const added = (text: string, pool: Partial<NewPool>) =>
  addPool(text, options, { provider: "aws", name: "web", count: "2", size: "medium", ...pool });

describe("launch", () => {
  const role = "worker" as const;
  test.each<[string, string, Partial<NewPool>, string[]]>([
    [
      "below a list's last item in lines",
      LONG,
      { name: "batch", role },
      ["+     - name: batch", "+       count: 2", "+       role: worker"],
    ],
    [
      "below a list's last item in braces",
      "AWS:\n  pools:\n    - {name: a, count: 3} # first\n\ncompose: {}\n",
      { region: "eu-west-1" },
      ["+     - { name: web, count: 2, size: medium, region: eu-west-1 }"],
    ],
    [
      "in a list in brackets",
      "AWS: {region: eu-west-1, pools: [{name: a, count: 3}]} # x\n",
      { region: "eu-west-1" },
      [
        "- AWS: {region: eu-west-1, pools: [{name: a, count: 3}]} # x",
        "+ AWS: {region: eu-west-1, pools: [{name: a, count: 3}, { name: web, count: 2, size: medium }]} # x",
      ],
    ],
    [
      "beside a short form, which keeps its nodes' names",
      "# top\nLocal: [3, small] # mine\ncompose: {}\n",
      { provider: "local", role },
      [
        "- Local: [3, small] # mine",
        "+ Local: # mine",
        "+   pools:",
        "+     - { name: local, count: 3, size: small }",
        "+     - { name: web, count: 2, size: medium, role: worker }",
      ],
    ],
    [
      "beside a short form in lines",
      "Local:\n  - 3\n  - small # both\ncompose: {}\n",
      { provider: "local" },
      [
        "- Local:",
        "-   - 3",
        "-   - small # both",
        "+ Local: # both",
        "+   pools:",
        "+     - { name: local, count: 3, size: small }",
        "+     - { name: web, count: 2, size: medium }",
      ],
    ],
    [
      "on a provider that has no nodes yet, after those that have",
      LONG,
      { provider: "digitalocean", name: "droplets", size: "1G", region: "ams3" },
      ["+ DigitalOcean:", "+   region: ams3", "+     - { name: droplets, count: 2, size: 1G }"],
    ],
    ["a provider's only pool", "Local: [3, small]\n", { provider: "aws", name: "aws" }, ["+ AWS: [2, medium]"]],
    [
      "beside nodes that nobody wrote, which stay",
      "name: storm",
      { provider: "aws", name: "aws" },
      ["+ Local: [3, small]", "+ AWS: [2, medium]", "+ "],
    ],
    [
      "a name that YAML would read as something else",
      LONG,
      { name: "1e3" },
      ['+     - name: "1e3"', "+       count: 2"],
    ],
  ])("%s", (_, text, pool, lines) => {
    expect(changedLines(text, added(text, pool))).toEqual(lines);
  });

  test("where it goes", () => {
    expect(added(LONG, { name: "batch" })).toMatchSnapshot();
    expect(added(LONG, { provider: "azure", name: "far", count: "1" })).toMatchSnapshot();
    expect(added("", { provider: "local" })).toMatchSnapshot();
  });

  test("on every valid fixture nothing that was there is another one", () => {
    for (const { text, name } of fixtures("valid")) {
      const before = load(text, options).spec;
      const after = load(added(text, { provider: "digitalocean", name: "one-more", region: "nyc3" }), options).spec;
      expect(`${name}: ${after.pools.length}`).toBe(`${name}: ${before.pools.length + 1}`);
    }
  });

  test.each<[string, string, Partial<NewPool>, string]>([
    [
      "a name that is taken",
      LONG,
      {},
      "there is a pool web already\nTo give it another number of nodes: storm scale web 2",
    ],
    [
      "more than the limit",
      "Local: [3, small]\nlimits: {global: {nodes: 4}}\n",
      { provider: "local" },
      "limits/global/nodes: the limit is 4, the cluster has up to 5 nodes",
    ],
    ["a size that is none", LONG, { name: "x", size: "mediun" }, 'must be a size of AWS, got "mediun"'],
    [
      "a size that is not allowed",
      "Local: [3, small]\nlimits: {global: {sizes: [small]}}\n",
      { provider: "local", size: "large" },
      "its size large is not allowed by limits/global/sizes (allowed: small)",
    ],
    ["a range where there are no groups", "", { provider: "local", count: "1..3" }, "Local has no elastic pools"],
    ["a name that is none", LONG, { name: "Web" }, 'must be lower-case letters, digits and inner "-"'],
    [
      "a short form with comments in it",
      "Local:\n  - 3 # three\n  - small\n",
      { provider: "local" },
      "Add the pool by hand: { name: web, count: 2, size: medium }",
    ],
    ["a file in braces", "{Local: [3, small]}", {}, "storm.yml is written in braces; add the entry by hand\nAWS:"],
  ])("%s is refused", (_, text, pool, words) => {
    expect(refusal(() => added(text, pool))).toContain(words);
  });
});
