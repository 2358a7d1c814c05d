/** What the lab's clouds know survives the process, and is its owner's alone. */
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type KeptResource, Store } from "../../lab/clouds/store";

let folder: string;
beforeEach(() => (folder = mkdtempSync(join(tmpdir(), "storm-store-"))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const resource = (id: string, given: Partial<KeptResource> = {}): KeptResource => ({
  cloud: "aws",
  type: "aws:ec2/vpc:Vpc",
  id,
  urn: `urn:${id}`,
  name: id,
  inputs: {},
  state: {},
  config: {},
  ...given,
});

test("another process finds what one has written, in its order", () => {
  const store = new Store(join(folder, "clouds"));
  store.put(resource("vpc-1"));
  store.put(resource("vpc-2"));
  store.put(resource("vpc-1", { name: "changed" }), store.find(resource("vpc-1")));
  store.state.sizes["group"] = 3;
  store.save();
  const other = new Store(join(folder, "clouds"));
  expect(other.resources.map(({ id, name }) => [id, name])).toEqual([
    ["vpc-1", "changed"],
    ["vpc-2", "vpc-2"],
  ]);
  expect(other.state.sizes).toEqual({ group: 3 });
  other.remove(other.resources[0] ?? resource(""));
  expect(new Store(join(folder, "clouds")).resources.map(({ id }) => id)).toEqual(["vpc-2"]);
});

test("of several with one id, the one of the URN is found", () => {
  const store = new Store(folder);
  store.put(resource("project", { urn: "one" }));
  store.put(resource("project", { urn: "other" }));
  expect(store.find(resource("project", { urn: "other" }))?.urn).toBe("other");
  // Renamed in the program.
  expect(store.find(resource("project", { urn: "third" }))?.urn).toBe("one");
});

test("what was half written when the process was killed is not there", () => {
  const store = new Store(folder);
  store.put(resource("vpc-1"));
  writeFileSync(join(folder, "resources", "0001.json.123.abcd"), '{"half');
  expect(new Store(folder).resources).toHaveLength(1);
  expect(readdirSync(join(folder, "resources"))).toHaveLength(1);
});

test("nobody else can read it", () => {
  const store = new Store(join(folder, "clouds"));
  store.put(resource("vpc-1"));
  store.addresses.public("key");
  store.save();
  const modes = (path: string): string[] => {
    const stat = statSync(path);
    const inner = stat.isDirectory() ? readdirSync(path).flatMap((name) => modes(join(path, name))) : [];
    return [(stat.mode & 0o777).toString(8), ...inner];
  };
  expect(new Set(modes(join(folder, "clouds")))).toEqual(new Set(["700", "600"]));
});

describe("addresses", () => {
  const file = () => new Store(folder).addresses;

  test("stay with their key, over processes, as long as somebody asks for them", () => {
    const first = file();
    const mine = first.private("net", "10.0.0.0/28", "a");
    const ours = first.public("b");
    expect(file().private("net", "10.0.0.0/28", "a")).toBe(mine);
    const next = file();
    next.begin();
    expect(next.public("b")).toBe(ours);
    next.sweep();
    // The other's is free: it is given to whoever asks for all of them.
    const all = Array.from({ length: 11 }, (_, index) => next.private("net", "10.0.0.0/28", `key-${index}`));
    expect(all).toContain(mine);
    expect(new Set(all).size).toBe(11);
  });

  test("are never the first four or the last of a subnet, and end", () => {
    const addresses = file();
    const all = Array.from({ length: 11 }, (_, index) => addresses.private("net", "10.0.0.16/28", String(index)));
    expect(all.map((address) => Number(address.split(".")[3])).sort((a, b) => a - b)).toEqual(
      Array.from({ length: 11 }, (_, index) => 20 + index),
    );
    expect(() => addresses.private("net", "10.0.0.16/28", "one more")).toThrow("no address is free in 10.0.0.16/28");
    // Networks may overlap.
    expect(addresses.private("other", "10.0.0.16/28", "0")).toMatch(/^10\.0\.0\.(2\d|30)$/);
  });
});
