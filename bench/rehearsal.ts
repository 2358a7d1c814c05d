/** Failures of a cluster over the lab's three clouds: `npm run demo`, with its figures kept. */
import { Demo, type DemoStep } from "../cli/rehearsal/demo";
import { Rehearsal } from "../cli/rehearsal/rehearsal";
import type { Figure } from "./figures";

/** A step of the demo as a figure: what of it counts, and the most that is good. */
const FIGURES: Record<string, { title: string; target?: number; value?: string }> = {
  deploy: { title: "First `up` of four nodes over three clouds to the first page" },
  kill: { title: "A manager dies: until requests by name stop failing", target: 35, value: "failingFor" },
  lose: { title: "A site of three is lost: until requests by name stop failing", target: 35, value: "failingFor" },
  refresh: { title: "`up --refresh` makes the site anew: until all of it is whole" },
  grow: { title: "A group of one is asked for three: until they are in", target: 90 },
};

/** By name in bench/results.json. */
export async function rehearsed(signal: AbortSignal, say: (line: string) => void): Promise<Record<string, Figure>> {
  const steps: DemoStep[] = [];
  const rehearsal = new Rehearsal("bench", signal);
  const tell = (step: DemoStep) => {
    steps.push(step);
    say(`${step.title}: ${step.seconds.toFixed(1)} s; ${step.note}`);
  };
  try {
    await new Demo(rehearsal, tell, signal).run();
  } finally {
    await rehearsal.end();
  }
  const figures = steps.flatMap(({ key, seconds, figures: seen }): [string, Figure][] => {
    const figure = FIGURES[key];
    if (figure === undefined) return [];
    const { title, target, value } = figure;
    const measured = value === undefined ? seconds : (seen[value] ?? NaN);
    return [[`7 ${key}`, { title, target, unit: "s", value: measured, details: { seconds, ...seen } }]];
  });
  return Object.fromEntries(figures);
}
