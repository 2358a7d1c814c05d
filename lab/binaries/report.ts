import { REMINDER_MS, seconds } from "../../tools/report";

/** Takes one line about what is going on. */
export type Report = (line: string) => void;

/** Says what begins, that it still goes on, and how long it took. */
export async function timed<T>(report: Report, title: string, work: () => Promise<T>): Promise<T> {
  const began = Date.now();
  report(`${title} ...`);
  const reminder = setInterval(() => report(`${title}: still at it, ${seconds(Date.now() - began)}`), REMINDER_MS);
  try {
    const result = await work();
    report(`${title}: done in ${seconds(Date.now() - began)}`);
    return result;
  } finally {
    clearInterval(reminder);
  }
}
