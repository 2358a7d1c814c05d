import { spawn } from "node:child_process";
import { createWriteStream, mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "./errors";

export interface CommandOptions {
  cwd?: string;
  env?: NodeJS.ProcessEnv;
  /** Also written to this file, which the error then names. */
  log?: string;
  timeoutMs?: number;
  /** Return a non-zero exit instead of throwing. */
  allowFailure?: boolean;
  /** Asks the program to end, as Ctrl-C does. */
  interrupt?: AbortSignal;
}

export interface CommandResult {
  code: number;
  stdout: string;
  stderr: string;
}

/** Runs a program without a shell and without input; throws a UserError with the end of its output when it fails. */
export function run(program: string, args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, { cwd: options.cwd, env: options.env, stdio: ["ignore", "pipe", "pipe"] });
    const interrupt = () => void child.kill("SIGINT");
    options.interrupt?.addEventListener("abort", interrupt);
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    const log = openLog(options.log);
    let late = false;
    const timer = setTimeout(
      () => {
        late = true;
        child.kill("SIGKILL");
      },
      options.timeoutMs ?? 2 ** 31 - 1,
    );
    child.stdout.on("data", (data: Buffer) => {
      out.push(data);
      log?.write(data);
    });
    child.stderr.on("data", (data: Buffer) => {
      err.push(data);
      log?.write(data);
    });
    child.on("error", (error) => {
      clearTimeout(timer);
      reject(new UserError(`cannot run ${program}: ${error.message}`));
    });
    child.on("close", (code) => {
      clearTimeout(timer);
      options.interrupt?.removeEventListener("abort", interrupt);
      log?.end();
      const result = { code: code ?? 1, stdout: text(out), stderr: text(err) };
      if (result.code === 0 || options.allowFailure) return resolve(result);
      const reason = late ? `did not end within ${(options.timeoutMs ?? 0) / 1000} s` : `ended with ${result.code}`;
      const tail = (result.stderr.trim() || result.stdout.trim()).split("\n").slice(-12).join("\n");
      const hints = options.log === undefined ? [] : [`Whole log: ${options.log}`];
      reject(new UserError(`\`${[program, ...args].join(" ")}\` ${reason}\n${tail}`, hints));
    });
  });
}

function openLog(file: string | undefined): NodeJS.WritableStream | undefined {
  if (file === undefined) return undefined;
  mkdirSync(dirname(file), { recursive: true });
  return createWriteStream(file, { flags: "a" });
}

function text(chunks: Buffer[]): string {
  return Buffer.concat(chunks).toString("utf8");
}

/** @throws Error with the last lines of what a command said that failed */
export function succeeded({ code, stdout, stderr }: CommandResult): void {
  if (code !== 0) throw new Error(`${stdout}${stderr}`.trim().split("\n").slice(-15).join("\n"));
}
