import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../tools/paths";
import { temporaryFolder } from "../tools/support";

const wrong = join(temporaryFolder(), "storm.yml");
writeFileSync(wrong, "Hostname: storm.localhost\nLocal: [0, small]\nLocla: [3, small]\n");

/** The command as a user runs it. */
function storm(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(checkout, "cli", "storm.js"), ...args], {
    encoding: "utf8",
  });
  return { stdout, stderr, status };
}

test("--help lists every command", () => {
  const { stdout, status } = storm("--help");
  expect(status).toBe(0);
  for (const name of ["start", "stop", "env", "lock", "doctor", "pulumi", "test", "verify-official", "bench", "demo"]) {
    expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, "m"));
  }
});

test("each command has a help of its own", () => {
  expect(storm("start", "--help").stdout).toContain("--file <path>");
});

test("a mistyped command gets the nearest one, and no stack trace", () => {
  expect(storm("strat")).toEqual({
    stdout: "",
    stderr:
      "error: unknown command strat; did you mean start?\n  Commands: plan, start, stop, env, lock, pulumi, doctor, test, verify-official, bench, demo, deploy, preview, scale, launch, destroy, available, init, lab\n",
    status: 1,
  });
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
