/** The few programs of this machine that make links, rules and disks: each in one network namespace, with its input on standard input. */
import { spawn } from "node:child_process";
import { namespacePath } from "./names";

/** Where a program runs: this machine's own network, a namespace by name, or a process's. */
export type Where = "here" | { namespace: string } | { process: number };

/** Runs a program to its end, within a minute; gives what it printed. Its error says which, where and why. */
export function run(where: Where, program: string, args: readonly string[], input = ""): Promise<string> {
  const [file = program, ...all] = [...entering(where), program, ...args];
  return new Promise((resolve, reject) => {
    const child = spawn(file, all, { stdio: "pipe", timeout: 60_000, killSignal: "SIGKILL" });
    const out: Buffer[] = [];
    const err: Buffer[] = [];
    child.stdout.on("data", (data: Buffer) => out.push(data));
    child.stderr.on("data", (data: Buffer) => err.push(data));
    child.stdin.on("error", () => undefined); // a program that ended early says why by itself
    child.stdin.end(input);
    child.on("error", (error) => reject(new Error(`cannot run ${file}: ${error.message}`)));
    child.on("close", (code, signal) => {
      if (code === 0) return resolve(Buffer.concat(out).toString("utf8"));
      const reason = Buffer.concat(err)
        .toString("utf8")
        .trim()
        .replace(/\s*\n\s*/g, " | ");
      reject(
        new Error(`${[program, ...args].join(" ")} (${place(where)}): ${reason || `ended with ${code ?? signal}`}`),
      );
    });
  });
}

/** Words in front of a program that put it there. `ip netns exec` would also mount a /sys, which not every machine allows. */
export function entering(where: Where): string[] {
  if (where === "here") return [];
  const path = "namespace" in where ? namespacePath(where.namespace) : `/proc/${where.process}/ns/net`;
  return ["nsenter", `--net=${path}`];
}

function place(where: Where): string {
  if (where === "here") return "on this machine";
  return "namespace" in where ? `in namespace ${where.namespace}` : `in the network of process ${where.process}`;
}

/** Gives `ip` all these commands at once; it stops at the first that fails. */
export async function ip(where: Where, commands: readonly string[]): Promise<void> {
  if (commands.length > 0) await run(where, "ip", ["-batch", "-"], `${commands.join("\n")}\n`);
}

/** What `ip -json` says. The caller knows its form: iproute2's own. */
export async function ipJson<T>(where: Where, ...args: string[]): Promise<T> {
  const text = await run(where, "ip", ["-json", ...args]);
  return JSON.parse(text.trim() === "" ? "[]" : text) as T;
}

/** Sets kernel settings of a namespace, by their paths below /proc/sys/net. */
export async function sysctl(namespace: string, values: Record<string, string>): Promise<void> {
  const script = Object.entries(values).map(([path, value]) => `echo ${value} >/proc/sys/net/${path}`);
  await run({ namespace }, "sh", ["-eu", "-s"], `${script.join("\n")}\n`);
}
