/** Machines that wait for each other's return, in the whole program under mocks; tests/previews/one-by-one.test.ts has the engine. */
import { SIDE_BY_SIDE, type Succession } from "../../plan/succession";
import type { Registered } from "./support/mocks";
import { type Deployed, deployed, ofType, removeBuilds, resource } from "./support/program";

const SPEC = { Local: [5, "small"] };
const ORDER: Succession = { after: { "local-5": "local-4" }, awaited: ["local-4"], witness: "local-1" };

let plain: Deployed;
let ordered: Deployed;
beforeAll(async () => {
  plain = await deployed(SPEC);
  ordered = await deployed(SPEC, { succession: ORDER });
});
afterAll(removeBuilds);

const command = (of: Deployed, name: string) => resource(of, "Command", name);
const without = ({ resources }: Deployed, pattern: RegExp) => resources.filter(({ name }) => !pattern.test(name));
const OWN = /^(introduce|rejoin)-/;

test("without an order there is nothing of it", () => {
  expect(plain.resources.filter(({ name }) => OWN.test(name))).toEqual([]);
  expect(ofType(plain, "Node").flatMap(({ dependencies }) => dependencies.filter((each) => OWN.test(each)))).toEqual(
    [],
  );
});

test("the machine waits for the other's return, which a manager sees, and for that alone more than usual", () => {
  const waitsFor = (name: string, of: Deployed) => resource(of, "Node", name).dependencies;
  expect(waitsFor("local-5", ordered)).toEqual([...waitsFor("local-5", plain), "rejoin-local-4"].sort());
  for (const name of ["local-1", "local-2", "local-3", "local-4"])
    expect(waitsFor(name, ordered)).toEqual(waitsFor(name, plain));
  const rejoin = command(ordered, "rejoin-local-4");
  expect(rejoin.dependencies).toEqual(expect.arrayContaining(["enroll-local-1", "enroll-local-4"]));
  expect(rejoin.dependencies).not.toContain("enroll-local-5");
  expect(rejoin.inputs["connection"]).toMatchObject({ host: resource(ordered, "Node", "local-1").outputs["address"] });
});

test("it is told of the managers alone, when it has its mesh key, and they of it", () => {
  expect(command(ordered, "introduce-local-4").dependencies).toContain("enroll-local-4");
  const introduced = JSON.parse(command(ordered, "introduce-local-4").inputs["stdin"] as string) as { peers: object };
  expect(Object.keys(introduced.peers)).toEqual(["local-1", "local-2", "local-3"]);
  const told = JSON.parse(command(ordered, "rejoin-local-4").inputs["stdin"] as string) as Record<string, unknown>;
  const consul = JSON.parse(command(ordered, "consul").inputs["stdin"] as string) as Record<
    string,
    Record<string, unknown>
  >;
  expect(told["key"]).toBe("mesh/peers/local/local/local-4");
  expect(told["peer"]).toEqual(consul["peers"]?.["local/local/local-4"]);
  expect(told["entry"]).toEqual(consul["nodes"]?.["local-4"]);
  expect(command(ordered, "rejoin-local-4").secretInputs).toContain("stdin");
});

test("only another machine, or one of another kind, runs it again", () => {
  for (const name of ["introduce-local-4", "rejoin-local-4"]) {
    const { ignoreChanges, inputs } = command(ordered, name);
    expect(ignoreChanges.sort()).toEqual(["connection", "create", "stdin"]);
    expect(inputs["triggers"]).toEqual([
      resource(ordered, "Node", "local-4").outputs["containerId"],
      expect.stringContaining(`"machineType"`),
    ]);
  }
});

test("all else is the same, and stays so when the order is over", async () => {
  const essence = (each: Registered) => JSON.stringify({ ...each, dependencies: undefined });
  expect(without(ordered, OWN).map(essence)).toEqual(plain.resources.map(essence));
  const later = await deployed(SPEC, { succession: { ...SIDE_BY_SIDE, awaited: ["local-4"], witness: "local-1" } });
  expect(later.resources.map(essence)).toEqual(ordered.resources.map(essence));
  expect(resource(later, "Node", "local-5").dependencies).toEqual(resource(plain, "Node", "local-5").dependencies);
});
