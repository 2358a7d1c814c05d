import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { validate } from "../../cli/commands/validate";
import { examine } from "../../spec/load";
import { temporaryFolder, Written } from "../tools/support";

const folder = temporaryFolder();

/** Files of a folder of their own, with storm.yml among them: what `storm validate` says of it. */
function validated(name: string, files: Record<string, string>, json = false): { code: number; text: string } {
  const own = join(folder, name);
  mkdirSync(own, { recursive: true });
  for (const [file, text] of Object.entries(files)) writeFileSync(join(own, file), text);
  const output = new Written();
  const code = validate({ stack: "no-such-stack", file: join(own, "storm.yml"), json }, output);
  return { code, text: output.text.replaceAll(/\S*\/(?=[\w.]+\.yml)/g, "") };
}

const WEB = "services: {web: {image: nginx, ports: ['80']}}\n";

test("a good storm.yml: nothing but that", () => {
  const files = { "storm.yml": "Local: [1, small]\ncompose: {shop: {file: web}}\n", "web.yml": WEB };
  expect(validated("good", files)).toEqual({ code: 0, text: "Valid\n" });
  expect(validated("good", files, true)).toEqual({
    code: 0,
    text: '{\n  "valid": true,\n  "issues": []\n}\n',
  });
});

test("warnings are shown, and are no errors", () => {
  const text = "Local: [1, small]\ncompose: {shop: {file: web, scale: 2}}\n";
  const { code, text: said } = validated("warned", {
    "storm.yml": text,
    "web.yml": "services: {web: {image: nginx}}\n",
  });
  expect(code).toBe(0);
  expect(said).toMatch(/^storm\.yml:2:\d+ compose\/shop\/scale: warning: .*\nValid, 1 warning\n$/);
});

test("errors of storm.yml and of its compose files come in one go, also when storm.yml itself is wrong", () => {
  const storm = "Local: [3, smal]\nAWZ: 1\ncompose:\n  shop: {file: web, scal: 2}\n  gone: {file: gone}\n";
  const web = "services:\n  web:\n    imag: nginx\n";
  const { code, text } = validated("wrong", { "storm.yml": storm, "web.yml": web });
  expect(code).toBe(1);
  expect(text.split("\n").map((line) => line.replace(/: .*/, ""))).toEqual([
    "storm.yml:1:12 Local/size",
    "storm.yml:2:1 AWZ",
    "storm.yml:4:21 compose/shop/scal",
    "storm.yml:5:3 compose/gone/file",
    "web.yml:2:3 services/web",
    "web.yml:3:5 services/web/imag",
    "Not valid",
    "",
  ]);
  expect(text).toContain("Not valid: 6 errors");
});

test("two stacks at one address, and what this version does not deploy", () => {
  const web = "services: {web: {image: w, ports: ['80'], labels: {storm.route.host: a.example.com}}}\n";
  const storm = "Local: [1, small]\nstacks: [x]\ncompose:\n  one: {file: web}\n  two: {file: web}\n";
  const { text } = validated("shared", { "storm.yml": storm, "web.yml": web });
  expect(text).toMatch(/^storm\.yml:2:\d+ stacks: catalog stacks deploy/m);
  expect(text).toMatch(/^storm\.yml:5:3 compose\/two: one\/web and two\/web would both answer/m);
});

test("for editors: absolute file, line, column, path, message, allowed and nearest", () => {
  const { code } = validated("editor", { "storm.yml": "Local: [3, smal]\n" });
  expect(code).toBe(1);
  const file = join(folder, "editor", "storm.yml");
  const output = new Written();
  expect(validate({ stack: "no-such-stack", file, json: true }, output)).toBe(1);
  expect(JSON.parse(output.text)).toEqual({
    valid: false,
    issues: [
      {
        severity: "error",
        file,
        line: 1,
        column: 12,
        path: "Local/size",
        message: 'must be a size of Local, got "smal"',
        allowed: ["micro", "small", "medium", "large", "xlarge"],
        nearest: "small",
      },
    ],
  });
});

test("a file that is not there is an issue, too", () => {
  const output = new Written();
  expect(validate({ stack: "dev", file: join(folder, "none.yml"), json: true }, output)).toBe(1);
  expect(JSON.parse(output.text)).toMatchObject({
    valid: false,
    issues: [{ line: 0, message: expect.stringContaining("there is no file") }],
  });
});

test("limits: 5 nodes under a limit of 4, in the words that the policy pack has too", () => {
  const storm = "AWS: [5, small]\nlimits:\n  global: {nodes: 4}\n";
  const { code, text } = validated("limits", { "storm.yml": storm });
  expect(code).toBe(1);
  // tests/policy/limits.test.ts has this very sentence of the pack.
  const words = "storm.yml:3:19 limits/global/nodes: the limit is 4, the cluster has up to 5 nodes";
  expect(text.split("\n")).toContain(words);
  const { issues } = examine(storm, { fileName: "storm.yml", env: "test" });
  expect(issues.some(({ path }) => path === "limits/global/nodes")).toBe(true);
});
