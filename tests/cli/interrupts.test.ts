import { EventEmitter } from "node:events";
import { chmodSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { alone, operate } from "../../cli/operation";
import { StormStack } from "../../cli/workspace";
import { storm } from "../../tools/paths";
import { temporaryFolder, Written } from "../tools/support";

const folder = temporaryFolder();
const log = join(folder, "log");

/** A stack whose engine writes down what it is asked, and on `refresh` waits until somebody interrupts it. */
function stackOf(name: string): StormStack {
  const path = join(folder, "pulumi");
  const wait = `[ "$1" = refresh ] || exit 0; trap 'echo asked >>${log}; exit 1' INT; while :; do sleep 0.05; done`;
  writeFileSync(path, `#!/bin/sh\necho "$1" >>${log}\n${wait}\n`);
  chmodSync(path, 0o755);
  writeFileSync(log, "");
  return new StormStack(name, { engine: { path, version: "3.220.0", origin: "built" }, plugins: "stand-in" });
}

const asked = () => readFileSync(log, "utf8").trim().split("\n");
const lockOf = (stack: StormStack) => join(storm.folder, `run-${stack.name}.json`);

async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 200) throw new Error(`not within 10 s; the engine was asked: ${asked().join(", ")}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

test("Ctrl-C outside of an operation ends the engine command in good order, begins no other, and gives the stack back", async () => {
  const stack = stackOf("interrupts-1");
  const source = new EventEmitter();
  const output = new Written();
  const begun: string[] = [];
  const work = alone(
    stack,
    "npm stop",
    output,
    async () => {
      // As recovery does it.
      await stack.refreshClearingPendingCreates(stack.name).catch(() => begun.push("went on"));
      await stack.run(["stack", "rm"]);
      begun.push("never");
    },
    source,
  );
  await until(() => asked().includes("refresh"));
  expect(existsSync(lockOf(stack))).toBe(true);
  source.emit("SIGINT");
  await expect(work).rejects.toMatchObject({
    message: "interrupted",
    exitCode: 130,
    hints: ["Nothing is lost: `npm stop` goes on from here."],
  });
  expect({ asked: asked(), begun }).toEqual({ asked: ["refresh", "asked"], begun: ["went on"] });
  expect(output.text).toBe("Stopping in good order; press Ctrl-C again to stop at once\n");
  expect(existsSync(lockOf(stack))).toBe(false);
  expect(source.listenerCount("SIGINT")).toBe(0);
});

test("Ctrl-C as an operation comes to its end is not followed by the next one", async () => {
  const stack = stackOf("interrupts-2");
  const source = new EventEmitter();
  const output = new Written();
  const ran: string[] = [];
  const common = { stack, output, verbose: false, again: "npm start", failed: "failed" };
  const work = alone(
    stack,
    "npm start",
    output,
    async (signal) => {
      const preview = async () => void (ran.push("preview"), source.emit("SIGINT"));
      await operate({ ...common, signal, step: "Preview", run: preview });
      await operate({ ...common, signal, step: "Deployment", run: async () => void ran.push("up") });
    },
    source,
  );
  await expect(work).rejects.toMatchObject({ message: "interrupted", exitCode: 130 });
  expect(ran).toEqual(["preview"]);
});

test("an error without an interrupt stays what it is", async () => {
  const stack = stackOf("interrupts-3");
  const work = alone(
    stack,
    "npm start",
    new Written(),
    async () => Promise.reject(new Error("broken")),
    new EventEmitter(),
  );
  await expect(work).rejects.toThrow("broken");
  expect(existsSync(lockOf(stack))).toBe(false);
});
