import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

const ROOT = join(__dirname, "..", "..");
const node = (...args: string[]) => execFileSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });

test("compiled.js is what index.ts comes to (else: npm run outputs)", () => {
  const fresh = node("-e", 'process.stdout.write(require("./outputs/compile.js").compiled())');
  expect(readFileSync(join(ROOT, "outputs/compiled.js"), "utf8")).toBe(fresh);
});

test("it is found by the package's name, by require and by import", () => {
  expect(node("-p", 'typeof require("storm/outputs").StormReference')).toBe("function\n");
  const script = 'import { StormReference } from "storm/outputs"; console.log(typeof StormReference)';
  expect(node("--input-type=module", "-e", script)).toBe("function\n");
});
