/** People who ask for a page all the time, and what they got. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Visit } from "../../lab/clouds/visit";
import { tsxProgram } from "../../tools/tsx-program";
import type { Request } from "./visiting";

/** What became of requests around an event. */
export interface Tally {
  requests: number;
  failed: number;
  /** Seconds from the event to the beginning of the last request that failed; 0 when none did. */
  failingFor: number;
  /** Seconds of the slowest request that was answered. */
  slowest: number;
  /** The longest that an address was good for that failed, in seconds. */
  failedTtl: number;
  failures: Request[];
}

export class Visitors {
  private readonly requests: Request[] = [];
  private said = "";

  private constructor(private readonly child: ChildProcess) {
    if (!child.stdout || !child.stderr) throw new Error("visitors need their pipes");
    createInterface({ input: child.stdout }).on("line", (line) => this.requests.push(JSON.parse(line) as Request));
    child.stderr.setEncoding("utf8").on("data", (text: string) => (this.said += text));
  }

  static command(url: string): string[] {
    return tsxProgram(join(__dirname, "visiting.ts"), url);
  }

  static begin(visit: Visit): Visitors {
    const env = { ...process.env, ...visit.env };
    return new Visitors(spawn(visit.program, visit.args, { env, stdio: ["pipe", "pipe", "pipe"] }));
  }

  /** Of the requests up to now that began at or after `event`, as Date.now() says it. */
  since(event: number): Tally {
    const seen = this.requests.filter(({ at }) => at >= event);
    const failed = seen.filter(({ status }) => status !== 200);
    const longest = (all: number[]) => all.reduce((most, each) => Math.max(most, each), 0);
    return {
      requests: seen.length,
      failed: failed.length,
      failingFor: longest(failed.map(({ at }) => (at - event) / 1000)),
      slowest: longest(seen.filter(({ status }) => status === 200).map(({ milliseconds }) => milliseconds / 1000)),
      failedTtl: longest(failed.map(({ ttl }) => ttl)),
      failures: failed,
    };
  }

  /** Lets the open requests end. */
  async end(): Promise<void> {
    this.child.stdin?.end();
    const code: unknown = this.child.exitCode ?? (await once(this.child, "close"))[0];
    if (code !== 0) throw new Error(`the visitors ended with ${String(code)}: ${this.said}`);
  }
}
