import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { changedValues, setAllArguments, stormFile } from "../../cli/config";
import { checkout } from "../../tools/paths";
import { temporaryFolder } from "../tools/support";

const folder = temporaryFolder();

test("only what differs is set", () => {
  const current = { "storm:file": "storm.yml", "storm:local": { nodeImage: "a", ipvs: false } };
  expect(changedValues(current, { "storm:local": { ipvs: false, nodeImage: "a" } })).toEqual({});
  const wanted = { "storm:local": { nodeImage: "b", ipvs: false } };
  expect(changedValues(current, wanted)).toEqual(wanted);
});

test("objects keep their types, in one call", () => {
  const args = setAllArguments("dev", { "storm:file": "x.yml", "storm:local": { ipvs: true } });
  expect(args.slice(0, -1)).toEqual(["config", "set-all", "--stack", "dev", "--json"]);
  expect(JSON.parse(args.at(-1) ?? "")).toEqual({
    "storm:file": { value: "x.yml", secret: false },
    "storm:local": { value: '{"ipvs":true}', objectValue: { ipvs: true }, secret: false },
  });
});

test("--file is relative to the caller's folder, and kept relative to the checkout where it lies inside", () => {
  const outside = join(folder, "storm.yml");
  writeFileSync(outside, "");
  expect(stormFile(outside, "/")).toBe(outside);
  expect(stormFile("../storm.yml", join(checkout, "cli"))).toBe("storm.yml");
  expect(() => stormFile("none.yml", checkout)).toThrow(/there is no file .*none.yml/);
});
