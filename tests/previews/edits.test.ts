/** Thirty random edits of a storm.yml over three clouds: what is done to one pool touches no machine, disk or group of another. */
import * as fc from "fast-check";
import type { Before } from "../../plan/before";
import { broughtUp } from "../plan/plans";
import { IMAGES } from "../components/support/look-ups";
import { type Deployed, deployed, removeBuilds } from "../components/support/program";

/** Sixty edits, each a program twice, under mocks: half of that on a quiet machine. */
jest.setTimeout(600_000);
afterAll(removeBuilds);

const RUNS = 30;
const KEYS = ["AWS", "Azure", "DigitalOcean"] as const;

interface Pool {
  cloud: (typeof KEYS)[number];
  name: string;
  kind: "fixed" | "elastic" | "data";
  count: number;
  size: "small" | "medium" | "large";
}
interface Edited {
  before: Pool[];
  after: Pool[];
  /** Names of the pools that were edited. */
  edited: string[];
}

const pool = (name: string): fc.Arbitrary<Pool> =>
  fc.record({
    cloud: fc.constantFrom(...KEYS),
    name: fc.constant(name),
    kind: fc.constantFrom("fixed" as const, "elastic" as const, "data" as const),
    count: fc.integer({ min: 1, max: 3 }),
    size: fc.constantFrom("small" as const, "medium" as const, "large" as const),
  });

/** Two to four pools, one of them changed, taken out or added, and then all in another order. */
const edits: fc.Arbitrary<Edited> = fc
  .integer({ min: 2, max: 4 })
  .chain((count) => fc.tuple(...["qa", "rb", "sc", "td"].slice(0, count).map(pool)))
  .chain((before) =>
    fc.record({
      before: fc.constant(before),
      index: fc.nat(before.length - 1),
      what: fc.constantFrom("change", "remove", "add"),
      other: pool("?"),
      order: fc.shuffledSubarray([0, 1, 2, 3, 4], { minLength: 5, maxLength: 5 }),
    }),
  )
  .map(({ before, index, what, other, order }) => {
    const old = before[index] ?? other;
    const changed = { ...other, name: old.name, cloud: old.cloud };
    const rest = before.filter((each) => each !== old);
    const after =
      what === "remove" ? rest : what === "add" ? [...before, { ...other, name: "ue" }] : [...rest, changed];
    const sorted = order.flatMap((place) => after[place] ?? []);
    return { before, after: sorted, edited: [what === "add" ? "ue" : old.name] };
  });

/**
 * Managers and a fixed node on each site, which is what elastic pools ask for, in pools that nobody edits.
 * @param named whether managers are named; else the program chooses them, among the edited pools' nodes too
 */
function specOf(pools: Pool[], named: boolean): object {
  const clouds = KEYS.map((key) => {
    const own = pools
      .filter(({ cloud }) => cloud === key)
      .map(({ name, kind, count, size }) => ({
        name,
        size,
        ...(kind === "data" ? { role: "data" } : named ? { role: "worker" } : {}),
        count: kind === "elastic" ? `1..${count + 1}` : count,
      }));
    return [
      key,
      {
        pools: [
          {
            name: `boss${key.slice(0, 2).toLowerCase()}`,
            count: 1,
            size: "medium",
            ...(named ? { role: "manager" } : {}),
          },
          ...own,
        ],
      },
    ];
  });
  return {
    ...Object.fromEntries(clouds),
    Local: null,
    compose: { demo: null },
    network: { adminCidrs: ["203.0.113.7/32"] },
  };
}

async function planned(pools: Pool[], named: boolean, before?: Before) {
  const { plan, resources }: Deployed = await deployed(specOf(pools, named), { env: "test", lookUps: IMAGES, before });
  const essences = new Map(
    resources.map(({ type, name, inputs, ignoreChanges }) => {
      const essence = Object.entries(inputs).filter(([input]) => !ignoreChanges.includes(input));
      return [`${type} ${name}`, JSON.stringify(essence)];
    }),
  );
  return { plan, essences };
}

/** What belongs to this pool by its name. The peers' list is everybody's: each node hears of every other. */
const isOf = (pool: string, key: string) =>
  new RegExp(`(^| |-)${pool}(-|$)`).test(key.slice(key.indexOf(" "))) && !/ peers-/.test(key);

test.each([
  ["managers have pools of their own", true],
  ["the program chose the managers", false],
])(`${RUNS} edits where %s`, async (_, named) => {
  let touched = 0;
  await fc.assert(
    fc.asyncProperty(edits, async ({ before, after, edited }) => {
      const first = await planned(before, named);
      const { essences: old } = first;
      const { essences: now } = await planned(after, named, broughtUp(first.plan));
      const keys = [...new Set([...old.keys(), ...now.keys()])];
      // A manager that comes or goes is news to all nodes, which commands bring them; it touches no machine.
      const news = (key: string) => !named && key.startsWith("command:");
      const changed = keys.filter((key) => old.get(key) !== now.get(key) && !news(key));
      touched += changed.length;
      const others = [...before, ...after].map(({ name }) => name).filter((name) => !edited.includes(name));
      const bosses = KEYS.map((key) => `boss${key.slice(0, 2).toLowerCase()}`);
      for (const other of [...others, ...bosses]) expect(changed.filter((key) => isOf(other, key))).toEqual([]);
    }),
    { numRuns: RUNS, seed: 20261121 },
  );
  // The edits are edits: something followed from them.
  expect(touched).toBeGreaterThan(RUNS);
});
