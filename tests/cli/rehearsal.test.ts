import { Rehearsal } from "../../cli/rehearsal/rehearsal";
import { FolderBackend } from "../../tools/backend";

/** Somebody's own stack in the lab outlives rehearsals: the lab would end with them. */

afterEach(() => jest.restoreAllMocks());

const withStacks = (...names: string[]) => jest.spyOn(FolderBackend.prototype, "stacks").mockResolvedValue(names);

function rehearsal() {
  const one = new Rehearsal("c1");
  const ran: string[][] = [];
  jest.spyOn(one, "storm").mockImplementation((args) => {
    ran.push(args);
    return Promise.resolve({ code: 0, stdout: "", stderr: "" });
  });
  return { one, ran };
}

test("where the lab has another stack, no rehearsal begins", async () => {
  withStacks("c1", "theirs");
  const { one, ran } = rehearsal();
  await expect(one.start("")).rejects.toThrow(
    "the lab's clouds have a stack theirs already, which would end with this rehearsal",
  );
  await one.end();
  expect(ran).toEqual([["stop", "--stack", "c1"]]);
});

test("the lab ends with the last rehearsal", async () => {
  withStacks();
  const { one, ran } = rehearsal();
  await one.end();
  expect(ran).toEqual([
    ["stop", "--stack", "c1"],
    ["lab", "stop"],
  ]);
});
