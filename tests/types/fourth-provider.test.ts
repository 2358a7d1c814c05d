/** Like tests/program/fourth-provider.test.ts; by itself, for the type checker goes through the whole program. */
import { spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { OWN, withFourthProvider } from "../program/support/fourth-provider";

const ROOT = path.join(__dirname, "..", "..");
const folder = withFourthProvider();

test("the type checker finds no place that must know of a fourth provider", () => {
  const { compilerOptions } = JSON.parse(fs.readFileSync(path.join(ROOT, "tsconfig.json"), "utf8")) as {
    compilerOptions: object;
  };
  const files = ["index.ts", "policy/index.ts", "cli/main.ts", ...Object.values(OWN)];
  fs.writeFileSync(path.join(folder, "tsconfig.json"), JSON.stringify({ compilerOptions, files }));
  const tsc = path.join(ROOT, "node_modules", "typescript", "bin", "tsc");
  const { stdout, status } = spawnSync(process.execPath, [tsc, "--noEmit"], { cwd: folder, encoding: "utf8" });
  expect({ stdout, status }).toEqual({ stdout: "", status: 0 });
}, 180_000);
