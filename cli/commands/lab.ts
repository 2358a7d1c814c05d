import { spawn } from "node:child_process";
import { labCommand, labStatus, stopDaemon } from "../../lab/clouds/client";
import type { Command as LabCommand } from "../../lab/clouds/commands";
import { statusLines } from "../../lab/clouds/status";
import { visitCommand } from "../../lab/clouds/visit";
import { UserError } from "../../tools/errors";
import { labFolder, labName } from "../../tools/lab-clouds";
import type { Output } from "../../tools/report";
import { setUpLab } from "../../tools/setup";

/** `npm run lab -- start`: the clouds without anything in them. */
export async function labStart(output: Output): Promise<void> {
  await setUpLab(output);
  output.write("The lab's clouds answer. `STORM_LAB=1 npm start -- --stack NAME --file FILE` deploys to them.\n");
}

/** `npm run lab -- stop`: nothing of the lab is left but caches and the stacks' files. */
export async function labStop(output: Output): Promise<void> {
  await stopDaemon(labFolder, { destroy: true });
  output.write("The lab's clouds are gone\n");
}

export async function labShow(options: { json?: boolean }, output: Output): Promise<void> {
  const status = await answering(labStatus(labFolder));
  output.write(options.json ? `${JSON.stringify(status, null, 2)}\n` : `${statusLines(status).join("\n")}\n`);
}

/** What a cloud's console does, or misfortune. */
export async function labDo(command: LabCommand, output: Output): Promise<void> {
  output.write(`${await answering(labCommand(labFolder, command))}\n`);
}

/**
 * Runs a command where everybody else on the lab's internet is.
 * @returns its exit code
 */
export async function labVisit([program = "curl", ...args]: readonly string[]): Promise<number> {
  const visit = await answering(visitCommand(labFolder, labName, [program, ...args]));
  const child = spawn(visit.program, visit.args, { stdio: "inherit", env: { ...process.env, ...visit.env } });
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code) => resolve(code ?? 1));
  });
}

/** The lab's answer, or what to do when there is no lab. */
export async function answering<T>(asked: Promise<T>): Promise<T> {
  try {
    return await asked;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "ENOENT" && code !== "ECONNREFUSED") throw error;
    throw new UserError("the lab's clouds do not run", ["`npm run lab -- start` starts them."]);
  }
}
