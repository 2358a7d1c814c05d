/** Takes one line about what is going on. */
export type Report = (line: string) => void;

const reminderMs = 30_000;

/** Says what begins, that it still goes on, and how long it took. */
export async function timed<T>(report: Report, title: string, work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  report(`${title} ...`);
  const reminder = setInterval(() => report(`${title}: still at it, ${seconds(began)}`), reminderMs);
  try {
    const result = await work();
    report(`${title}: done in ${seconds(began)}`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}

/** The time since a moment, for people. */
export function seconds(began: number): string {
  const passed = (Date.now() - began) / 1000;
  return `${passed < 10 ? passed.toFixed(1) : Math.round(passed)} s`;
}
