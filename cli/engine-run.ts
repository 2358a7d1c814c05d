import { spawn } from "node:child_process";
import { end, parseRunName, runProcesses } from "../tools/processes";

/** The engine ended with an error; its diagnostics have been shown as they came. */
export class EngineError extends Error {
  constructor(
    readonly args: readonly string[],
    readonly code: number,
    readonly stdout: string,
    readonly stderr: string,
    /** Set when the engine did not end by itself. */
    readonly signal: NodeJS.Signals | null = null,
  ) {
    const reason = signal === null ? `ended with ${code}\n${stderr.trim() || stdout.trim()}` : `was ended by ${signal}`;
    super(`\`pulumi ${args[0]}\` ${reason}`);
    this.name = "EngineError";
  }
}

export interface EngineRunResult {
  stdout: string;
  stderr: string;
  code: number;
}

type Listener = (text: string) => void;

/**
 * Runs one engine command the way the Automation API asks for it. With a `signal` it leads a session of its own: a terminal's
 * Ctrl-C would otherwise reach it once from the terminal and once from us, and the second one makes it give up its orderly
 * end. Without one, the terminal's Ctrl-C is all that ends it. Nothing is begun when the signal is aborted already.
 */
export function runEngine(
  engine: string,
  args: readonly string[],
  cwd: string,
  env: Record<string, string | undefined>,
  listeners: { onOutput?: Listener; onError?: Listener; signal?: AbortSignal; input?: string } = {},
): Promise<EngineRunResult> {
  const { signal } = listeners;
  if (signal?.aborted) return Promise.reject(new EngineError(args, 130, "", "", "SIGINT"));
  const all = args.includes("--non-interactive") ? [...args] : [...args, "--non-interactive"];
  return new Promise((resolve, reject) => {
    const child = spawn(engine, all, { cwd, env, detached: signal !== undefined, stdio: ["pipe", "pipe", "pipe"] });
    // A command that does not read it may be gone by then.
    child.stdin.on("error", () => undefined).end(listeners.input ?? "");
    const collected = { stdout: "", stderr: "" };
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      collected.stdout += text;
      listeners.onOutput?.(text);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      collected.stderr += text;
      listeners.onError?.(text);
    });
    const interrupt = () => void child.kill("SIGINT");
    signal?.addEventListener("abort", interrupt);
    child.on("error", reject);
    child.on("close", (code, by) => {
      signal?.removeEventListener("abort", interrupt);
      const exit = code ?? (by === null ? 1 : 130);
      if (exit === 0) resolve({ ...collected, code: 0 });
      else reject(new EngineError(args, exit, collected.stdout, collected.stderr, by));
    });
  });
}

/** Ends everything of a run at once: what a second Ctrl-C asks for. Recovery puts the state right afterwards. */
export async function killRun(root: string, runName: string): Promise<void> {
  const run = parseRunName(runName);
  const mine = runProcesses(root).filter((each) => each.run.owner.pid === run?.owner.pid && each.run.kind === run.kind);
  await end(mine, "SIGKILL", 0);
}
