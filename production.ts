import * as fs from "node:fs";
import * as path from "node:path";
import type { Plan } from "./plan/types";

/** What the program is told about the stack that it runs for. */
export interface StackPlace {
  /** Folder of Pulumi.<stack>.yaml. */
  directory: string;
  stack: string;
  /** Address of the state's backend, PULUMI_BACKEND_URL; undefined: as Pulumi.yaml says, a folder of this checkout. */
  backend: string | undefined;
  /** Stack config `storm:allowLocalState`: for trying a production storm.yml out. */
  allowed: boolean;
}

/**
 * `production: true` is not deployed from a state that is on one disk, nor with secrets that a passphrase opens: both are lost, or
 * found, with one machine.
 * @throws Error that says what is wrong and how to put it right.
 */
export function checkProduction(plan: Plan, { directory, stack, backend, allowed }: StackPlace): void {
  if (!plan.production || allowed) return;
  const wrong: string[] = [];
  if (backend === undefined || backend.startsWith("file:"))
    wrong.push(
      "its state is in a folder of one machine; set PULUMI_BACKEND_URL to s3://, azblob:// or https://api.pulumi.com",
    );
  if (isOpenedByPassphrase(path.join(directory, `Pulumi.${stack}.yaml`)))
    wrong.push(
      `a passphrase opens its secrets; run pulumi stack change-secrets-provider awskms://..., azurekeyvault://...`,
    );
  if (wrong.length > 0)
    throw new Error(
      `production: true is not deployed: ${wrong.join(", and ")} (docs/state.md; storm:allowLocalState tries it out)`,
    );
}

/** Where a passphrase is the provider, its salt is in the stack's config file. */
function isOpenedByPassphrase(file: string): boolean {
  try {
    return /^encryptionsalt:/m.test(fs.readFileSync(file, "utf8"));
  } catch {
    return false;
  }
}
