/** `command:local:Command` and `command:local:run`. */
import { spawn } from "node:child_process";
import type { Fields } from "../shared/fields";
import type { Call, FunctionType } from "../shared/resource";
import { Asset, revealMap, type ValueMap } from "../shared/values";
import { Capture, previousOutput } from "./capture";
import { globAssets } from "./globs";
import { commandType, LIFECYCLE_FIELDS, PROCESS_FIELDS } from "./lifecycle";
import { text, textMap, texts } from "./settings";

const LOCAL_FIELDS: Fields = {
  ...PROCESS_FIELDS,
  interpreter: { type: "strings" },
  dir: { type: "string" },
  assetPaths: { type: "strings" },
  archivePaths: { type: "strings" },
};

export const LocalCommand = commandType({ ...LIFECYCLE_FIELDS, ...LOCAL_FIELDS }, runLocally);

export const localRun: FunctionType = {
  inputs: { ...LOCAL_FIELDS, command: { type: "string", required: true } },
  async invoke(call, inputs) {
    const settings = revealMap(inputs);
    return { ...inputs, ...(await runLocally(call, text(settings, "command") ?? "", settings, {})) };
  },
};

async function runLocally(call: Call, command: string, settings: ValueMap, previous: ValueMap): Promise<ValueMap> {
  const capture = new Capture(call.log, settings["logging"]);
  const failure = await execute(call, command, settings, previous, capture);
  capture.end();
  if (failure) {
    throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${capture.interleaved()}`);
  }
  const dir = text(settings, "dir") ?? process.cwd();
  const [assetPaths, archivePaths] = [texts(settings["assetPaths"]), texts(settings["archivePaths"])];
  return {
    stdout: capture.output("stdout"),
    stderr: capture.output("stderr"),
    ...(assetPaths ? { assets: await globAssets(dir, assetPaths) } : {}),
    ...(archivePaths ? { archive: new Asset("archive", { assets: await globAssets(dir, archivePaths) }) } : {}),
  };
}

/** Runs the process to its end; the reason when it failed. */
function execute(
  call: Call,
  command: string,
  settings: ValueMap,
  previous: ValueMap,
  capture: Capture,
): Promise<string | undefined> {
  const interpreter = texts(settings["interpreter"]) ?? [];
  const [program, ...args] = interpreter.length > 0 ? interpreter : ["/bin/sh", "-c"];
  return new Promise((resolve) => {
    const child = spawn(program ?? "/bin/sh", [...args, command], {
      cwd: text(settings, "dir"),
      env: { ...process.env, ...textMap(settings["environment"]), ...previousOutput(settings, previous) },
      // A group of its own, so that cancelling ends what the shell started, too.
      detached: true,
    });
    const kill = (): void => {
      try {
        process.kill(-(child.pid ?? NaN), "SIGKILL");
      } catch {
        // It ended by itself in between.
      }
    };
    call.deadline.addEventListener("abort", kill, { once: true });
    child.stdout.on("data", (data: Buffer) => capture.add("stdout", data));
    child.stderr.on("data", (data: Buffer) => capture.add("stderr", data));
    // A command that does not read its stdin closes it early; that is no failure.
    child.stdin.on("error", () => undefined);
    child.stdin.end(text(settings, "stdin") ?? "");
    const finish = (reason: string | undefined): void => {
      call.deadline.removeEventListener("abort", kill);
      resolve(reason);
    };
    child.on("error", (error) => finish(error.message));
    child.on("close", (code, signal) => {
      if (code === 0) {
        finish(undefined);
      } else {
        finish(signal ? `signal: ${signal === "SIGKILL" ? "killed" : signal}` : `exit status ${code}`);
      }
    });
  });
}
