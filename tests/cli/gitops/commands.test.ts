import { spawnSync } from "node:child_process";
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../../tools/paths";
import { temporaryFolder } from "../../tools/support";

const record = join(temporaryFolder(), "record.json");

/** The command as a pipeline runs it. */
function storm(...args: string[]) {
  const { stdout, stderr, status } = spawnSync(process.execPath, [join(checkout, "cli", "storm.js"), ...args], {
    encoding: "utf8",
  });
  return { stdout, stderr, status };
}

test("without a record nothing is applied, before anything is set up", () => {
  expect(storm("ci", "apply", "no-such-stack", "--record", record)).toEqual({
    stdout: "",
    stderr:
      `error: nothing was changed: there is no record of a preview, ${record}\n` +
      "  `npx storm ci preview no-such-stack` writes one; what it has not shown is not applied.\n",
    status: 1,
  });
});

test("a pipeline makes no stack, and a preview that fails leaves no record of an earlier one", () => {
  writeFileSync(record, "{}");
  for (const command of [["preview", "--record", record], ["drift"]]) {
    const { stdout, stderr, status } = storm("ci", ...command, "-s", "no-such-stack");
    expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
    expect(stderr).toMatch(
      /^error: there is no stack no-such-stack where .*\n {2}It is made once: npm run -s pulumi --/,
    );
  }
  expect(existsSync(record)).toBe(false);
});

test("`storm ci` alone says what there is", () => {
  const { stderr, status } = storm("ci");
  expect(stderr).toMatch(/preview .*\n[^]*apply .*\n[^]*drift /);
  expect(status).toBe(2);
});
