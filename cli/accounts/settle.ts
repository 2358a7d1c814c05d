/** One credential of stack config: looked up, checked, and where somebody can be asked, asked for and stored. */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { messageOf } from "../../tools/errors";
import { ask, confirm, type Terminal } from "../ask";
import { askHidden } from "../ask-secret";
import { userFolder } from "../config";
import { type Finding, judge } from "./finding";
import type { StoredCredential } from "./stored";
import { inConfig, type Vault } from "./vault";

export interface Settling {
  stack: string;
  vault: Vault;
  /** Where the user is; undefined: nobody is asked. */
  terminal?: Terminal;
  show(finding: Finding): void;
}

/** @returns how it is in the end; what was said before that has been shown */
export async function settle(credential: StoredCredential, settling: Settling): Promise<Finding> {
  const found = await look(credential, settling);
  if (found.outcome !== "fail" || settling.terminal === undefined) return found;
  settling.show(found);
  return renew(credential, settling, settling.terminal);
}

async function look(
  { title, fields, elsewhere, check }: StoredCredential,
  { stack, vault }: Settling,
): Promise<Finding> {
  const keys = fields.map(({ key }) => key);
  const readable = keys.filter((key) => vault.how(key) === "readable");
  if (readable.length > 0)
    return judge(title, inConfig(stack, readable).replace(", encrypted", ""))(
      "fail",
      "it is not encrypted; make it anew if others have seen the file",
    );
  if (keys.every((key) => vault.how(key) === "encrypted"))
    return check(inConfig(stack, keys), await inTurn(keys, (key) => vault.get(key)));
  if (elsewhere !== undefined) return check(elsewhere.source, elsewhere.values);
  return judge(title, "nowhere")(
    "fail",
    `there is none; missing: ${keys.filter((key) => vault.how(key) === "missing").join(", ")}`,
    `npx storm config ${stack}     # on a terminal asks for it`,
  );
}

async function renew(
  { title, fields, check }: StoredCredential,
  { stack, vault }: Settling,
  terminal: Terminal,
): Promise<Finding> {
  const keys = fields.map(({ key }) => key);
  const say = judge(title, "what was typed");
  const values = await inTurn(fields, async ({ words, kind }) => {
    if (kind === "hidden") return askHidden(`${words} (not shown; empty: leave it): `, terminal);
    const text = await ask(`${words} (empty: leave it): `, undefined, terminal);
    if (kind === "shown" || text === "") return text;
    return content(text);
  }).catch((error: unknown) => messageOf(error));
  if (typeof values === "string") return say("fail", `${values}; nothing was stored`);
  if (values.some((value) => value === "")) return say("fail", "it was left as it is");
  const checked = await check("what was typed", values);
  if (checked.outcome === "fail") return { ...checked, words: `${checked.words}; nothing was stored` };
  const again = { command: `npx storm config ${stack}` };
  if (checked.outcome === "warn" && !(await confirm(`${checked.words}. Store it?`, again, terminal)))
    return { ...checked, words: `${checked.words}; nothing was stored` };
  await inTurn(fields, ({ key }, index) => vault.set(key, values[index] ?? ""));
  return { ...checked, source: inConfig(stack, keys) };
}

/** @throws Error that names the file */
function content(file: string): string {
  try {
    return readFileSync(resolve(userFolder(), file), "utf8");
  } catch {
    throw new Error(`${file} can not be read`);
  }
}

/** One after the other: a terminal has one question, a config file one writer at a time. */
async function inTurn<T, R>(items: readonly T[], work: (item: T, index: number) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const [index, item] of items.entries()) results.push(await work(item, index));
  return results;
}
