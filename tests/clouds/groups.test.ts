/** How a group keeps its size. */
import fc from "fast-check";
import { DEAD_MS, groupStep, type SeenMember } from "../../lab/clouds/groups";

const running = (...keys: string[]): SeenMember[] => keys.map((key) => ({ key, state: "running" }));

test("makes what is missing, and tells the oldest to go when there are too many", () => {
  expect(groupStep(2, [], 0)).toEqual({ create: 2, retire: [], remove: [] });
  expect(groupStep(2, running("a", "b"), 0)).toEqual({ create: 0, retire: [], remove: [] });
  expect(groupStep(1, running("a", "b", "c"), 0)).toEqual({ create: 0, retire: ["a", "b"], remove: [] });
});

test("a machine is replaced once it is dead for five seconds, and not one that starts again before", () => {
  const members: SeenMember[] = [...running("a"), { key: "b", state: "stopped", deadSince: 1_000 }];
  expect(groupStep(2, members, 1_000 + DEAD_MS)).toEqual({ create: 0, retire: [], remove: [] });
  expect(groupStep(2, members, 1_001 + DEAD_MS)).toEqual({ create: 1, retire: [], remove: ["b"] });
});

test("one that was told to go goes when it has shut down, and nobody takes its place", () => {
  const members: SeenMember[] = [{ key: "a", state: "running", retiring: true }, ...running("b")];
  expect(groupStep(1, members, 0)).toEqual({ create: 0, retire: [], remove: [] });
  const down: SeenMember[] = [{ key: "a", state: "stopped", deadSince: 0, retiring: true }, ...running("b")];
  expect(groupStep(1, down, 0)).toEqual({ create: 0, retire: [], remove: ["a"] });
  // Asked for more again meanwhile.
  expect(groupStep(2, members, 0)).toEqual({ create: 1, retire: [], remove: [] });
});

test("a machine that starts is waited for; the first to go when there are too many", () => {
  const members: SeenMember[] = [...running("a"), { key: "b", state: "pending" }];
  expect(groupStep(2, members, 1e9)).toEqual({ create: 0, retire: [], remove: [] });
  expect(groupStep(1, members, 0).retire).toEqual(["b"]);
});

test("whatever there is, it comes to the size that is asked for", () => {
  const member = fc.record({
    state: fc.constantFrom("pending", "running", "stopped", "gone"),
    deadSince: fc.option(fc.nat(20_000), { nil: undefined }),
    retiring: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.nat(6), fc.array(member, { maxLength: 8 }), (desired, given) => {
      let members = given.map((each, index): SeenMember => ({ ...each, key: `old-${index}` }) as SeenMember);
      for (let now = 20_000; now < 60_000; now += 1_000) {
        const { create, retire, remove } = groupStep(desired, members, now);
        members = members.filter(({ key }) => !remove.includes(key));
        // Who is told to go has shut down a second later.
        members = members.map((each) =>
          retire.includes(each.key) || each.retiring
            ? { ...each, retiring: true, state: "stopped" }
            : { ...each, deadSince: each.deadSince ?? now },
        );
        members = members.map((each) => (each.state === "pending" ? { ...each, state: "running" } : each));
        members.push(...running(...Array.from({ length: create }, (_, index) => `new-${now}-${index}`)));
      }
      expect(members.filter(({ state }) => state === "running")).toHaveLength(desired);
      expect(members).toHaveLength(desired);
    }),
  );
});
