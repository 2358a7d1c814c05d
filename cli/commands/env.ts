import type { Output } from "../../tools/report";
import { accessOf, openStack, writeCredentials } from "../cluster/access";
import { doubleQuote } from "../shell-quote";

/** `storm env STACK`: puts the client certificate where Docker reads it, and prints the shell's exports. */
export async function env(stack: string, options: { json?: boolean }, output: Output): Promise<void> {
  const access = accessOf(stack, await (await openStack(stack, output)).outputs());
  const variables = {
    DOCKER_HOST: access.dockerHost,
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: writeCredentials(stack, access),
  };
  process.stdout.write(options.json ? JSON.stringify(variables, null, 2) + "\n" : exportLines(stack, variables));
}

/** As docker-machine printed them: to be read by a shell's eval. */
export function exportLines(stack: string, variables: Record<string, string>): string {
  const lines = Object.entries(variables).map(([name, value]) => `export ${name}=${doubleQuote(value)}`);
  return [...lines, "# Run this command to configure your shell:", `# eval $(npx storm env ${stack})`, ""].join("\n");
}
