import { join } from "node:path";
import { run } from "../../tools/command";
import { temporaryFolder } from "./support";

const folder = temporaryFolder();

test("a command that fails says which, how and its last words", async () => {
  const log = join(folder, "log", "x.log");
  const failing = run("sh", ["-c", "echo out; echo bad >&2; exit 3"], { log });
  await expect(failing).rejects.toMatchObject({
    message: expect.stringMatching(/ended with 3\nbad$/),
    hints: [`Whole log: ${log}`],
  });
  await expect(run("sleep", ["9"], { timeoutMs: 50 })).rejects.toThrow("did not end within 0.05 s");
  await expect(run("no-such-program", [])).rejects.toThrow("cannot run no-such-program");
});

test("a command that is interrupted ends as it does by Ctrl-C", async () => {
  const interrupt = AbortSignal.timeout(200);
  const { stdout } = await run("sh", ["-c", "trap 'kill $!; echo in good order; exit 3' INT; sleep 9 & wait"], {
    interrupt,
    allowFailure: true,
  });
  expect(stdout).toBe("in good order\n");
});
