import { spawnSync } from "node:child_process";
import * as path from "node:path";

test("the manager's side of a stack's deploy, by its own suite", () => {
  const folder = path.join(__dirname, "stack");
  const done = spawnSync("python3", ["-B", "-m", "unittest", "discover", "-s", folder, "-p", "test_*.py"], {
    encoding: "utf8",
    timeout: 60_000,
  });
  // unittest reports on standard error; it is the message that a failure needs
  expect(done.status === 0 ? "passed" : done.stderr).toBe("passed");
}, 70_000);
