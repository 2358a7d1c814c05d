import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { program } from "../../cli/main";
import { checkout } from "../../tools/paths";
import { temporaryFolder } from "../tools/support";

const folder = temporaryFolder();
const wrong = join(folder, "storm.yml");
writeFileSync(wrong, "Hostname: storm.localhost\nLocal: [0, small]\nLocla: [3, small]\n");

/** The command as a user runs it. */
function storm(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(checkout, "cli", "storm.js"), ...args], {
    encoding: "utf8",
  });
  return { stdout, stderr, status };
}

const NAMES = program().commands.map((command) => command.name());

test("--help lists every command, and the exit codes", () => {
  const { stdout, status } = storm("--help");
  expect(status).toBe(0);
  for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  expect(stdout).toContain("Exit codes:");
});

test("--help loads no command, and of packages only what reads the command line: it is there in 400 ms", () => {
  const list = join(folder, "loaded.txt");
  const hook = join(folder, "hook.js");
  const write = `require("fs").writeFileSync(${JSON.stringify(list)}, Object.keys(require.cache).join("\\n"))`;
  writeFileSync(hook, `process.on("exit", () => ${write});`);
  spawnSync(process.execPath, ["--require", hook, join(checkout, "cli", "storm.js"), "--help"]);
  const loaded = readFileSync(list, "utf8").split("\n");
  expect(loaded.filter((file) => file.includes(join("cli", "commands")))).toEqual([]);
  const packages = loaded.map((file) => /node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? "");
  expect([...new Set(packages)].filter((name) => !["", "commander", "esbuild", "tsx"].includes(name))).toEqual([]);
});

test("each command has a help of its own", () => {
  expect(storm("start", "--help").stdout).toContain("--file <path>");
});

test.each([
  "--help",
  "completion bash",
  "plan --json --stack no-such-stack",
  "no-such-command 2>&1",
  "validate --nothing",
])("output that nobody reads is no error of `storm %s`", (args) => {
  // The reader is gone long before Node.js has begun.
  const script = `set -o pipefail; ${process.execPath} cli/storm.js ${args} | exec true; echo "\${PIPESTATUS[0]}"`;
  const { stdout, stderr } = spawnSync("bash", ["-c", script], { encoding: "utf8", cwd: checkout });
  const alone = spawnSync("bash", ["-c", `${process.execPath} cli/storm.js ${args}`], {
    cwd: checkout,
    encoding: "utf8",
  });
  expect(stdout).toBe(`${alone.status}\n`);
  expect(stderr).toBe(alone.stderr);
});

test("a mistyped command gets the nearest one, and no stack trace", () => {
  expect(storm("strat")).toEqual({
    stdout: "",
    stderr: `error: unknown command strat; did you mean start?\n  Commands: ${NAMES.join(", ")}\n`,
    status: 2,
  });
});

test("`storm validate` needs no stack, no set-up and no engine, and says it all by its exit code", () => {
  const PATH = join(folder, "nothing-on-path");
  const args = ["validate", "--stack", "no-such-stack", "--file", wrong, "--json"];
  const options = { encoding: "utf8", env: { ...process.env, PATH } } as const;
  const { stdout, status } = spawnSync(process.execPath, [join(checkout, "cli", "storm.js"), ...args], options);
  expect(status).toBe(1);
  const { valid, issues } = JSON.parse(stdout) as { valid: boolean; issues: { line: number }[] };
  expect(valid).toBe(false);
  expect(issues.map(({ line }) => line)).toEqual([2, 3]);
});

test("options of `ssh` may stand on either side of the node, and end at --", () => {
  const { stderr, status } = storm("ssh", "local-1", "--stack", "no-such-stack", "--", "ls", "--all");
  expect(stderr).toMatch(/^error: there is no stack no-such-stack/);
  expect(status).toBe(1);
});

test("`storm env` of an unknown stack is an error and prints nothing for the shell to run", () => {
  const { stdout, stderr, status } = storm("env", "no-such-stack");
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  expect(stderr).toMatch(/^error: there is no stack no-such-stack/);
});

test("stopping what is not there is no error", () => {
  const { stdout, status } = storm("stop", "--stack", "no-such-stack");
  expect({ stdout, status }).toEqual({ stdout: "Nothing to stop: there is no stack no-such-stack\n", status: 0 });
});

test("a wrong storm.yml is told apart from everything else: before set-up, all errors, no stack trace", () => {
  const { stdout, stderr, status } = storm("start", "--stack", "no-such-stack", "--file", wrong);
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  expect(stderr).toMatch(/storm.yml:2:\d+ .*\n.*storm.yml:3:\d+ .*\nerror: nothing was changed/);
  expect(stderr).not.toMatch(/^ +at /m);
});
