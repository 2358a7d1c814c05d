import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Machine } from "../../tools/machine";
import type { Output } from "../../tools/report";
import { sleep } from "../../tools/processes";

/** An Output that keeps what was written. */
export class Written implements Output {
  readonly colour = false;
  text = "";
  write(text: string): void {
    this.text += text;
  }
}

/** A folder that is gone after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "storm-tools-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const started: ChildProcess[] = [];
afterAll(() => started.forEach((child) => child.kill("SIGKILL")));

/** A living process with an environment, by default one that does nothing for a minute. */
export async function startProcess(env: Record<string, string>, script = "exec sleep 60"): Promise<ChildProcess> {
  const child = spawn("sh", ["-c", script], { env: { PATH: process.env.PATH, ...env }, stdio: "ignore" });
  started.push(child);
  await new Promise((resolve) => child.once("spawn", resolve));
  // The environment of a process is only there to see once it has executed its program.
  await sleep(100);
  return child;
}

/** A process id that belonged to a process which has ended. */
export async function deadProcess(): Promise<{ pid: number; start: string }> {
  const child = spawn("true");
  await new Promise((resolve) => child.once("exit", resolve));
  return { pid: child.pid ?? 0, start: "1" };
}

/** A machine that has only what it is told, and writes down what it is asked to run. */
export class FakeMachine implements Machine {
  readonly ran: string[] = [];

  /**
   * @param programs found on PATH
   * @param files that are there
   * @param answers standard output by command line; nothing otherwise
   */
  constructor(
    readonly uid: number,
    private readonly programs: readonly string[],
    private readonly files: readonly string[] = [],
    private readonly answers: Readonly<Record<string, string>> = {},
  ) {}

  find = (program: string) => (this.programs.includes(program) ? `/usr/bin/${program}` : undefined);
  exists = (file: string) => this.files.includes(file);
  run: Machine["run"] = async (program, args) => {
    const line = [program, ...args.filter((arg) => !/^(-|DPkg::|Acquire::)/.test(arg))].join(" ");
    this.ran.push(line);
    return { code: 0, stdout: this.answers[line] ?? "", stderr: "" };
  };
}

/** An error as the system gives it. */
export function systemError(code: string): Error {
  return Object.assign(new Error(code), { code });
}
