import { toBeRunAgain } from "../../tools/interrupted-commands";

const command = (urn: string, more: object = {}) => ({
  urn,
  type: "command:remote:Command",
  id: urn,
  inputs: { create: "deploy", delete: "remove", stdin: "H0" },
  outputs: { create: "deploy", delete: "remove", stdin: "H0", stdout: "{}" },
  ...more,
});

test("the state differs from the program in the command for updates, of those commands alone; what deletes them stays", () => {
  const deployment = { resources: [command("a"), command("b"), command("b", { delete: true })], manifest: {} };
  const { resources = [], ...rest } = toBeRunAgain(deployment, ["b"]);
  expect(rest).toEqual({ manifest: {} });
  const [a, b, leaving] = resources;
  expect([a, leaving]).toEqual([command("a"), command("b", { delete: true })]);
  const update: unknown = expect.stringContaining("cut off");
  expect(b).toEqual(
    command("b", { inputs: { ...command("b").inputs, update }, outputs: { ...command("b").outputs, update } }),
  );
});
