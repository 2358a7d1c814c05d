import { spawn } from "node:child_process";
import { constants } from "node:os";
import { checkout, inLab } from "../../tools/paths";
import { stackOf, withPolicyPack } from "../../tools/policy-pack";
import { pulumiEnvironment } from "../../tools/pulumi-env";
import type { Output } from "../../tools/report";
import { setUpEngine } from "../../tools/setup";
import { ensureLabStack } from "../lab-stack";
import { StormStack } from "../workspace";

/**
 * `npm run pulumi -- ARGS` when set-up may have something to do; otherwise tools/bootstrap.js goes to the engine
 * without coming here. Only the engine writes to standard output.
 */
export async function pulumi(args: readonly string[], output: Output): Promise<number> {
  const setup = await setUpEngine(output, { quiet: true });
  const { engine, plugins } = setup;
  const stack = stackOf(args);
  if (inLab && stack !== undefined) await ensureLabStack(new StormStack(stack, setup), output);
  const env = pulumiEnvironment(engine, plugins === "stand-in", "cli");
  return new Promise((resolve, reject) => {
    // The lab's stacks are another project's: the engine looks for it where it runs.
    const cwd = inLab ? checkout : process.cwd();
    const child = spawn(engine.path, withPolicyPack(checkout, args, cwd), { stdio: "inherit", env, cwd });
    let passed = false;
    // A terminal's Ctrl-C reaches the engine by itself; see tools/bootstrap.js.
    process.on("SIGINT", () => {
      if (!process.stdin.isTTY && !passed) child.kill("SIGINT");
      passed = true;
    });
    for (const signal of ["SIGTERM", "SIGHUP"] as const) process.on(signal, () => child.kill(signal));
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
  });
}
