import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { UserError } from "../../tools/errors";
import { writeAtomically } from "../../tools/files";
import { credentialFolder } from "../../tools/paths";
import type { Output } from "../../tools/report";
import { setUpEngine } from "../../tools/setup";
import { doubleQuote } from "../shell-quote";
import { backendOf, StormStack } from "../workspace";
import { nearestWord } from "../../spec/nearest";

/** `storm env STACK`: puts the client certificate where Docker reads it, and prints the shell's exports. */
export async function env(stack: string, options: { json?: boolean }, output: Output): Promise<void> {
  const backend = await backendOf(stack, output);
  if ((await backend.state(stack)) === undefined) throw unknownStack(stack, await backend.stacks());
  const setup = await setUpEngine(output, { quiet: true });
  const variables = handOut(stack, await new StormStack(stack, setup).outputs());
  process.stdout.write(options.json ? JSON.stringify(variables, null, 2) + "\n" : exportLines(stack, variables));
}

/** Writes the files and returns the variables; the folder is the user's alone. */
function handOut(stack: string, outputs: Record<string, unknown>): Record<string, string> {
  const text = (name: string): string => {
    const value = outputs[name];
    if (typeof value === "string" && value !== "") return value;
    throw new UserError(`stack ${stack} has no output ${name}`, ["Its deployment did not end; run `npm start` again."]);
  };
  const host = text("dockerHost");
  const folder = credentialFolder(stack);
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const files = { "ca.pem": "caCertificate", "cert.pem": "clientCertificate", "key.pem": "clientKey" };
  for (const [file, name] of Object.entries(files)) writeAtomically(join(folder, file), text(name), 0o600);
  return { DOCKER_HOST: host, DOCKER_TLS_VERIFY: "1", DOCKER_CERT_PATH: folder };
}

/** As docker-machine printed them: to be read by a shell's eval. */
export function exportLines(stack: string, variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${doubleQuote(value)}`);
  return [...lines, "# Run this command to configure your shell:", `# eval $(npx storm env ${stack})`, ""].join("\n");
}

/** The error for a stack that is not there, with the word that was meant. */
export function unknownStack(stack: string, known: string[]): UserError {
  if (known.length === 0) return new UserError(`there is no stack ${stack}`, ["`npm start` makes the stack dev."]);
  const guess = nearestWord(stack, known);
  return new UserError(`there is no stack ${stack}${guess === undefined ? "" : `; did you mean ${guess}?`}`, [
    `Stacks: ${known.join(", ")}`,
  ]);
}
