import type { EngineEvent } from "@pulumi/pulumi/automation";
import { Objector } from "../../cli/objector";

const event = (sequence: number): EngineEvent => ({ sequence, timestamp: 0 });

test("the first objection ends the run and is what the run ends with; later events are not looked at", () => {
  const seen: number[] = [];
  const objector = new Objector(({ sequence }) => {
    seen.push(sequence);
    if (sequence > 1) throw new Error(`no ${sequence}`);
  });
  objector.look(event(1));
  expect(objector.signal.aborted).toBe(false);
  expect(() => objector.check()).not.toThrow();
  for (const sequence of [2, 3]) objector.look(event(sequence));
  expect(objector.signal.aborted).toBe(true);
  expect(() => objector.check()).toThrow("no 2");
  expect(seen).toEqual([1, 2]);
});

test("without anybody who watches nothing is objected to", () => {
  const objector = new Objector();
  objector.look(event(1));
  expect(() => objector.check()).not.toThrow();
});
