import { scalePool } from "../../../spec/edit/scale-pool";
import { load } from "../../../spec/load";
import { fixtures } from "../fixtures";
import { changedLines, LONG, options, refusal } from "./support";

const scaled = (text: string, pool: string, count: string) => scalePool(text, options, pool, count);

describe("scale", () => {
  test.each<[string, string, string, string, string[]]>([
    [
      "a short form",
      "Local: [3, small] # mine\n",
      "local",
      "4",
      ["- Local: [3, small] # mine", "+ Local: [4, small] # mine"],
    ],
    [
      "a short form in lines",
      "Local:\n  - 3 # nodes\n  - small\n",
      "local",
      "12",
      ["-   - 3 # nodes", "+   - 12 # nodes"],
    ],
    [
      "a list's mapping in braces",
      LONG,
      "managers",
      "5",
      [
        "-     - {name: managers, count: 3, size: small, role: manager} # three",
        "+     - {name: managers, count: 5, size: small, role: manager} # three",
      ],
    ],
    ["an elastic pool", LONG, "web", "3..12", ['-       count: "2..10" # grows', '+       count: "3..12" # grows']],
    [
      "an elastic pool without quotes",
      LONG.replaceAll('"', ""),
      "web",
      "2..4",
      ["-       count: 2..10 # grows", "+       count: 2..4 # grows"],
    ],
    [
      "a file of Windows",
      LONG.replaceAll("\n", "\r\n"),
      "local",
      "2",
      ["- Local: [1, small]   # one more\r", "+ Local: [2, small]   # one more\r"],
    ],
    [
      "a byte order mark",
      "\ufeffLocal: [3, small]\n",
      "local",
      "4",
      ["- \ufeffLocal: [3, small]", "+ \ufeffLocal: [4, small]"],
    ],
    ["JSON", '{"Local": [3, "small"]}', "local", "4", ['- {"Local": [3, "small"]}', '+ {"Local": [4, "small"]}']],
    ["nodes that nobody wrote", "# empty\nname: storm\n", "local", "5", ["+ Local: [5, small]"]],
    ["an empty file", "", "local", "5", ["+ Local: [5, small]"]],
    [
      "what `overrides` says for this environment",
      "Local: [3, small]\noverrides:\n  dev:\n    Local: [1, small]\n",
      "local",
      "2",
      ["-     Local: [1, small]", "+     Local: [2, small]"],
    ],
    [
      "a number that is given by an alias",
      "name: a\nLocal: {pools: [{name: x, count: &n 3}, {name: y, count: *n}]}\n",
      "y",
      "1",
      [
        "- Local: {pools: [{name: x, count: &n 3}, {name: y, count: *n}]}",
        "+ Local: {pools: [{name: x, count: &n 3}, {name: y, count: 1}]}",
      ],
    ],
  ])("%s", (_, text, pool, count, lines) => {
    expect(changedLines(text, scaled(text, pool, count))).toEqual(lines);
  });

  test("every fixed pool of every valid fixture, one line each", () => {
    let pools = 0;
    // What pools share by an anchor is refused, see below.
    for (const { text } of fixtures("valid").filter(({ name }) => name !== "anchors")) {
      for (const pool of load(text, options).spec.pools.filter(
        ({ elastic, role, path }) => !elastic && role !== "manager" && path.length > 1,
      )) {
        const after = scaled(text, pool.name, String(pool.min + 1));
        const old = text.split("\n");
        expect(after.split("\n").filter((line, index) => line !== old[index])).toHaveLength(1);
        expect(load(after, options).spec.pools.find(({ name }) => name === pool.name)?.max).toBe(pool.max + 1);
        pools++;
      }
    }
    expect(pools).toBeGreaterThan(2);
  });

  test.each<[string, string, string, string, string]>([
    ["an unknown pool", LONG, "wbe", "3", "there is no pool wbe; did you mean web?\nPools: managers, web, local"],
    [
      "a number for an elastic pool",
      LONG,
      "web",
      "4",
      "pool web is elastic (2..10): its count must stay a range\nSuch as: storm scale web 2..4",
    ],
    [
      "a range for a fixed pool",
      LONG,
      "local",
      "2..4",
      "pool local has a fixed number of nodes (1): its count must stay a number",
    ],
    ["no node at all", LONG, "local", "0", "pool local cannot have 0 nodes\nTo be without it, take the pool out"],
    [
      "no number",
      LONG,
      "local",
      "many",
      "the count must be a whole number such as 3, or a range such as 2..10, got many",
    ],
    ["what is there", LONG, "local", "1", "pool local has 1 node already"],
    [
      "two managers",
      LONG,
      "managers",
      "2",
      "storm.yml:7:31 AWS/pools/managers/count: must be an odd number of managers over the whole cluster, at most 7, got 2",
    ],
    [
      "more than the limit",
      "Local: [3, small]\nlimits: {global: {nodes: 4}}\n",
      "local",
      "5",
      "storm.yml:2:26 limits/global/nodes: the limit is 4, the cluster has up to 5 nodes",
    ],
    [
      "a number that another pool repeats",
      "Local: {pools: [{name: x, count: &n 3}, {name: y, count: *n}]}\n",
      "x",
      "1",
      "storm.yml cannot be changed in this one place",
    ],
    ["a file that is wrong already", "Local: [3, small]\nLocla: 1\n", "local", "4", "storm.yml:2:1 Locla: unknown key"],
  ])("%s is refused", (_, text, pool, count, words) => {
    expect(refusal(() => scaled(text, pool, count))).toContain(words);
  });

  test("what stack config says is changed there", () => {
    const overrides = [{ from: "stack config storm:spec", value: { Local: [2, "small"] } }];
    expect(refusal(() => scalePool("Local: [3, small]\n", { ...options, overrides }, "local", "4"))).toMatch(
      /^the count of pool local is not in storm.yml: stack config storm:spec says it/,
    );
  });
});
