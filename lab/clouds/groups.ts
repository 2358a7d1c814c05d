/** How a group keeps its number of machines. Pure: what is there and the time in, what to do out. */

/** How long a machine is dead before its cloud replaces it, in milliseconds. Real clouds take a minute and more. */
export const DEAD_MS = 5_000;

export interface SeenMember {
  key: string;
  /** "pending": made, and never seen to run. */
  state: "pending" | "running" | "stopped" | "gone";
  /** Since when it is stopped or gone, by the clock of `now`. */
  deadSince?: number;
  /** Its shutdown was announced. */
  retiring?: boolean;
}

export interface GroupStep {
  /** Number of machines to make. */
  create: number;
  /** Keys to announce the shutdown to. */
  retire: string[];
  /** Keys to take away: of dead machines, and of those that have shut down or never ran. */
  remove: string[];
}

/** @param members the oldest first. */
export function groupStep(desired: number, members: readonly SeenMember[], now: number): GroupStep {
  const dead = members.filter(
    ({ state, deadSince = now, retiring }) =>
      state !== "running" && (retiring === true || (state !== "pending" && now - deadSince > DEAD_MS)),
  );
  const staying = members.filter((each) => !dead.includes(each) && each.retiring !== true);
  // Those that do not run go first, then the oldest: their template is the oldest, too.
  const order = [...staying].sort((one, other) => Number(one.state === "running") - Number(other.state === "running"));
  return {
    create: Math.max(0, desired - staying.length),
    retire: order.slice(0, Math.max(0, staying.length - desired)).map(({ key }) => key),
    remove: dead.map(({ key }) => key),
  };
}
