import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { UserError } from "../../tools/errors";
import { seconds } from "../../tools/report";
import type { Report } from "./report";

/**
 * Runs work that only one process at a time may do. The lock is the kernel's own (flock), held by a child for as long
 * as its standard input is open: however this process ends, the lock is free again, and no record can be left behind.
 */
export async function locked<T>(file: string, report: Report, work: () => Promise<T>): Promise<T> {
  mkdirSync(dirname(file), { recursive: true });
  const release = await acquire(file, report);
  try {
    return await work();
  } finally {
    release();
  }
}

function acquire(file: string, report: Report): Promise<() => void> {
  return new Promise((resolve, reject) => {
    const holder = spawn("flock", [file, "sh", "-c", "echo held; exec cat"], { stdio: ["pipe", "pipe", "inherit"] });
    const began = Date.now();
    const waiting = setTimeout(() => report("another set-up makes this already: waiting for it"), 1000);
    const settled = () => clearTimeout(waiting);
    holder.on("error", (error) => {
      settled();
      reject(new UserError(`cannot run flock: ${error.message}`, ["Install util-linux, then run the command again."]));
    });
    holder.on("exit", (code) => {
      settled();
      reject(
        new UserError(`flock ended with ${code} on ${file}`, ["Is the cache folder on a file system with locks?"]),
      );
    });
    holder.stdout.once("data", () => {
      settled();
      if (Date.now() - began > 1000) report(`waited ${seconds(Date.now() - began)}`);
      resolve(() => holder.stdin.end());
    });
    // The child may be gone first when the whole process group is interrupted.
    holder.stdin.on("error", () => undefined);
  });
}
