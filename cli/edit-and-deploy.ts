import { realpathSync, statSync } from "node:fs";
import { resolve } from "node:path";
import type { Loaded } from "../load";
import { costChange, printChange } from "../plan/compare";
import type { Plan } from "../plan/types";
import { EditError } from "../spec/edit/edit-error";
import { SpecError } from "../spec/errors";
import type { LoadOptions } from "../spec/load";
import { loadOptions } from "../spec/read";
import { UserError } from "../tools/errors";
import { readIfThere, writeAtomically } from "../tools/files";
import { inLab } from "../tools/paths";
import { type Output, streamOutput } from "../tools/report";
import { confirm, declined, needAnswer } from "./ask";
import { deployStack } from "./deploy-stack";
import { ensureLabConfig } from "./lab-stack";
import { lineDiff } from "./line-diff";
import { loadSettings } from "./load-settings";
import { beforeIn, FilesRefused, loadFor, preflight } from "./preflight";
import { backendOf } from "./workspace";

export interface EditOptions {
  stack: string;
  yes?: boolean;
  dryRun?: boolean;
  verbose?: boolean;
}

/**
 * Changes storm.yml and deploys it: the change and what it comes to are shown, and nothing is written before the parser has read the new
 * text and the user has said yes.
 * @param command as it was typed, for hints
 * @param edit from the text of storm.yml to the new one
 */
export async function editAndDeploy(
  options: EditOptions,
  command: string,
  edit: (text: string, load: LoadOptions) => string,
  output: Output,
): Promise<void> {
  const { stack, yes, dryRun } = options;
  if (!dryRun) needAnswer({ yes, command });
  if (inLab) ensureLabConfig(stack);
  const err = streamOutput(process.stderr);
  const file = new EditedFile(stack, edit, err);
  const state = await (await backendOf(stack, err)).state(stack);
  const was = await loadFor(stack, { text: file.before, before: beforeIn(state) }, err);
  const loaded = await preflight(stack, { text: file.after }, err);
  output.write(`${file.name}:\n${lineDiff(file.before, file.after)}\n`);
  output.write(printChange(withWarnings(was), withWarnings(loaded)));
  const deployed = state?.outputs["cost"] as { monthlyUsd?: number } | undefined;
  if (deployed?.monthlyUsd !== was.plan.cost.monthlyUsd)
    output.write(costChange(loaded.plan.cost.monthlyUsd, deployed, "what is deployed"));
  if (dryRun) return output.write("Nothing was written (--dry-run)\n");
  const question = `Write ${file.name} and deploy it to stack ${stack}?`;
  if (!(await confirm(question, { yes, command }))) return declined(output);
  file.write();
  const again = `npx storm deploy ${stack}`;
  await deployStack({ ...options, loaded, again, destroy: `npx storm destroy ${stack}` }, output);
}

/** With those of its compose files, and of what is in force around it. */
function withWarnings({ plan, warnings }: Loaded): Plan {
  return { ...plan, warnings };
}

/** The storm.yml of a stack, before and after. */
class EditedFile {
  /** As messages call it. */
  readonly name: string;
  readonly before: string;
  readonly after: string;
  private readonly path: string;

  /** @throws UserError when there is no file, or the change is refused; the parser's reasons are in `output` by then */
  constructor(stack: string, edit: (text: string, load: LoadOptions) => string, output: Output) {
    const settings = loadSettings(stack, undefined);
    const options = loadOptions(settings);
    this.path = resolve(settings.directory, settings.file);
    this.name = options.fileName;
    const text = readIfThere(this.path);
    if (text === undefined)
      throw new UserError(`there is no ${this.name}`, [
        "`npx storm init` writes one; stack config storm:file names another.",
      ]);
    this.before = text;
    this.after = changed(() => edit(text, options), output);
  }

  /** Whole or not at all, with the rights that it has, and through a link to where it is. */
  write(): void {
    if (readIfThere(this.path) !== this.before)
      throw new UserError(`${this.name} was changed by somebody else meanwhile; nothing was written`, [
        "Run it again.",
      ]);
    const path = realpathSync(this.path);
    writeAtomically(path, this.after, statSync(path).mode & 0o777);
  }
}

function changed(edit: () => string, output: Output): string {
  try {
    return edit();
  } catch (error) {
    if (error instanceof EditError) throw new UserError(error.message, error.hints);
    if (!(error instanceof SpecError)) throw error;
    output.write(`${error.message}\n`);
    throw new FilesRefused(error.message);
  }
}
