import { spawnSync } from "node:child_process";

test("the node's daemons, by their own suite", () => {
  const done = spawnSync("python3", ["-m", "unittest", "discover", "-s", __dirname, "-p", "test_*.py"], {
    encoding: "utf8",
    timeout: 110_000,
  });
  // unittest reports on standard error; it is the message that a failure needs
  expect(done.status === 0 ? "passed" : done.stderr).toBe("passed");
}, 120_000);
