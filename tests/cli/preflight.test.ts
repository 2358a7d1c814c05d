import { checkRoles } from "../../cli/preflight";
import { makePlan } from "../../plan/plan";
import { load } from "../../spec/load";

const planOf = (text: string) => makePlan(load(text, { fileName: "storm.yml", env: "dev" }).spec, { env: "dev" }).plan;
const running = (text: string) => planOf(text).nodes.map(({ name, role }) => ({ name, role }));

test.each([
  ["from one node to three", "Local: [1, small]", "Local: [3, small]"],
  ["from three to five, and", "Local: [3, small]", "Local: [5, small]"],
  ["from five to three", "Local: [5, small]", "Local: [3, small]"],
])("%s every node keeps its role", (_, before, after) => {
  expect(() => checkRoles(planOf(after), running(before))).not.toThrow();
});

test("a first deployment has no roles to keep", () => {
  expect(() => checkRoles(planOf("Local: [3, small]"), undefined)).not.toThrow();
});

test.each([
  ["Local: [3, small]", "Local: [2, small]", "local-2, now a manager, would become a worker"],
  ["Local: [2, small]", "Local: [3, small]", "local-2, now a worker, would become a manager"],
])("%s to %s is refused before anything is done, with the ways out", (before, after, words) => {
  expect(() => checkRoles(planOf(after), running(before))).toThrow(words);
  expect(() => checkRoles(planOf(after), running(before))).toThrow("role: manager");
});
