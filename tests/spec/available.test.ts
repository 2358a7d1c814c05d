import { available, type Room } from "../../spec/available";
import { addPool } from "../../spec/edit/add-pool";
import { load } from "../../spec/load";

const options = { fileName: "storm.yml", env: "dev" };
const room = (text: string): Room[] => available(load(text, options).spec);
const more = (text: string) => Object.fromEntries(room(text).map((each) => [each.size, [each.more, each.by]]));

test("without limits nothing is counted", () => {
  expect(more("Local: [3, small]\n")).toEqual({
    micro: [undefined, ""],
    small: [undefined, ""],
    medium: [undefined, ""],
    large: [undefined, ""],
    xlarge: [undefined, ""],
  });
});

test("the least of all limits counts: nodes, processors and memory", () => {
  expect(more("Local: [3, small]\nlimits: {global: {nodes: 8, cpus: 7, memory: 6GB}}\n")).toEqual({
    micro: [5, "limits/global/nodes"],
    small: [3, "limits/global/memory"],
    medium: [1, "limits/global/memory"],
    large: [0, "limits/global/memory"],
    xlarge: [0, "limits/global/cpus"],
  });
});

test("of a group and an account, too; elastic pools at their largest; sizes and regions that may not be", () => {
  const text = `
AWS:
  region: eu-west-1
  pools:
    - {name: a, count: 1, size: small}
    - {name: b, count: 1..4, size: c5.large}
limits:
  group: shop
  account: main
  global: {nodes: 20}
  accounts: {main: {monthlyCost: 500}}
  groups: {shop: {nodes: 9, sizes: [micro, small, c5.large], regions: [eu-west-1]}}
`;
  expect(more(text)).toMatchObject({
    micro: [4, "limits/groups/shop/nodes"],
    small: [4, "limits/groups/shop/nodes"],
    medium: [0, "limits/groups/shop/sizes"],
    "c5.large": [3, "limits/accounts/main/monthlyCost"],
  });
});

test("so many nodes pass the parser, and one more does not", () => {
  const text = "Local: [3, small]\nlimits: {global: {nodes: 9, cpus: 7.5, memory: 5GB}}\n";
  for (const { size, more: most = 0 } of room(text)) {
    const withMore = (count: number) => () =>
      addPool(text, options, { provider: "local", name: "new", count: String(count), size, role: "worker" });
    if (most > 0) expect(withMore(most)).not.toThrow();
    expect(withMore(most + 1)).toThrow(/^storm.yml:\d+:\d+ limits\/global\//);
  }
});
