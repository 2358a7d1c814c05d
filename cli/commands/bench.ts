import { spawn } from "node:child_process";
import { delimiter, dirname, join } from "node:path";
import { checkout } from "../../tools/paths";
import type { Output } from "../../tools/report";
import { setUpLab } from "../../tools/setup";

/** `npm run bench`: the figures of bench/, on the engine and images that set-up found. */
export async function bench(args: readonly string[], output: Output): Promise<number> {
  const { engine } = await setUpLab(output);
  const env = { ...process.env, PATH: [dirname(engine.path), process.env.PATH ?? ""].join(delimiter) };
  const program = ["--require", "tsx/cjs", join(checkout, "bench", "main.ts"), ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, program, { cwd: checkout, env, stdio: "inherit" });
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}
