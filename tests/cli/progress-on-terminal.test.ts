import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../tools/paths";
import { temporaryFolder } from "../tools/support";
import { onATerminal } from "./on-a-terminal";

const folder = temporaryFolder();
const modules = ["cli/operation", "cli/engine-run", "tools/report"].map((name) => join(checkout, name));
const tsx = join(checkout, "node_modules", "tsx", "dist", "cjs", "index.cjs");

/** An engine that makes two nodes, of which the second one is never there, and ends in good order when it is asked to. */
const PROGRAM = `
require(${JSON.stringify(tsx)});
const [{ alone, operate }, { EngineError }, { streamOutput }] = ${JSON.stringify(modules)}.map(require);
const urn = (name) => "urn:pulumi:dev::storm::storm:local:Node::" + name;
const metadata = (name) => ({ op: "create", type: "storm:local:Node", urn: urn(name), provider: "" });
const output = streamOutput(process.stdout);
const stack = { name: "t" + process.pid + "-terminal", runName: "terminal:0:0", endOn: () => undefined };
const run = ({ onEvent, signal }) => new Promise((_, reject) => {
  signal.addEventListener("abort", () => reject(new EngineError(["up"], 1, "", "", null)));
  setInterval(() => undefined, 1000);
  for (const name of ["local-1", "local-2"]) onEvent({ resourcePreEvent: { metadata: metadata(name) } });
  onEvent({ resOutputsEvent: { metadata: metadata("local-1") } });
});
const expected = new Set([urn("local-1"), urn("local-2")]);
const common = { stack, output, verbose: false, expected, again: "npm start", failed: "failed", step: "Deployment", run };
alone(stack, "npm start", output, (signal) => operate({ ...common, signal })).catch((error) => {
  output.write(error.message + "\\n");
  process.exit(error.exitCode);
});
`;

test("Ctrl-C in the middle: the bar goes, and all that is said stays readable", async () => {
  const file = join(folder, "program.js");
  writeFileSync(file, PROGRAM);
  const program = ["sh", "-c", `stty cols 70 && exec ${process.execPath} ${file}`];
  const env = { ...process.env, TERM: "xterm", NO_COLOR: "1" };
  const { shown, errors, status } = await onATerminal(program, [["1 of 2", "\u0003"]], { cwd: folder, env });
  expect({ errors, status }).toEqual({ errors: "", status: 130 });
  expect(shown).toMatch(/Deployment \[#{12}\.{12}\] 1 of 2 {2}\d\.\ds {2}Node local-2/);
  // What a person sees in the end: of each line what was written after it was last cleared.
  const lines = shown.split("\n").map((line) => line.slice(line.lastIndexOf("\u001b[K") + 1).replace(/^\[K/, ""));
  expect(lines.map((line) => line.replace(/ \.+ /, " ").replace(/\d+\.\ds$/, "0.0s"))).toEqual([
    "Node local-1 [ ok ]  0.0s",
    "Stopping in good order; press Ctrl-C again to stop at once",
    "Deployment [fail]  0.0s",
    "interrupted",
    "",
  ]);
});
