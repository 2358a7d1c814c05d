import { spawnSync } from "node:child_process";
import * as path from "node:path";
import { unittest } from "./support";

const folder = path.join(__dirname, "volume");
const ask = "import sys, test_volume; sys.exit(not test_volume.loops_work())";
const loops = spawnSync("python3", ["-B", "-c", ask], { cwd: folder }).status === 0;

test("a node without a disk of its own, by its own suite", async () => {
  expect(await unittest(["test_volume.WithoutDisk"], folder)).toBe("passed");
});

(loops ? test : test.skip)(
  `storm-volume on loop devices, by its own suite${loops ? "" : ": skipped, this machine gives none (root only)"}`,
  async () => {
    expect(await unittest(["test_volume.WithDisk"], folder)).toBe("passed");
  },
  70_000,
);
