import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Objector } from "../../cli/objector";

const event = (sequence: number): EngineEvent => ({ sequence, timestamp: 0 });

test("the first objection ends the run; what the engine had begun beside it is looked at, and all of it said", () => {
  const objector = new Objector(({ sequence }) => (sequence % 2 === 0 ? `no ${sequence}` : undefined));
  objector.look(event(1));
  expect(objector.signal.aborted).toBe(false);
  expect(() => objector.check()).not.toThrow();
  objector.look(event(2));
  expect(objector.signal.aborted).toBe(true);
  for (const sequence of [3, 4]) objector.look(event(sequence));
  expect(() => objector.check()).toThrow("stopped: no 2; no 4");
});

test("without anybody who watches nothing is objected to", () => {
  const objector = new Objector();
  objector.look(event(1));
  expect(() => objector.check()).not.toThrow();
});
