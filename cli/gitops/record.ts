import { z } from "zod";
import { messageOf, UserError } from "../../tools/errors";
import { readIfThere } from "../../tools/files";

/** Base64 of an HMAC. */
const digest = z.string().min(1);

/** What `storm ci preview` saves for `storm ci apply`: what was shown, what would be done, and digests of what is in no form shown. */
const RECORD = z.strictObject({
  schemaVersion: z.literal(1),
  stack: z.string().min(1),
  /** The report's lines, as reviewers read them. */
  said: z.array(z.string()),
  /** "update urn:...", a line each, sorted. */
  steps: z.array(z.string()),
  /** Key of the digests, encrypted as the stack's secrets are. */
  key: z.string().min(1),
  /** By what they are of. */
  digests: z.record(z.string(), digest),
});

export type PreviewRecord = z.infer<typeof RECORD>;

/** @throws UserError when there is none, or it is no record of this stack */
export function readRecord(file: string, stack: string): PreviewRecord {
  const text = readIfThere(file);
  if (text === undefined) throw unusable(`there is no record of a preview, ${file}`, stack);
  const record = parsed(text, file, stack);
  if (record.stack !== stack) throw unusable(`${file} is the record of a preview of stack ${record.stack}`, stack);
  return record;
}

function parsed(text: string, file: string, stack: string): PreviewRecord {
  try {
    return RECORD.parse(JSON.parse(text));
  } catch (error) {
    // zod's message is JSON of its own.
    const reason = error instanceof z.ZodError ? z.prettifyError(error).replace(/\s+/g, " ") : messageOf(error);
    throw unusable(`${file} is no record of a preview of this version: ${reason}`, stack);
  }
}

function unusable(what: string, stack: string): UserError {
  return new UserError(`nothing was changed: ${what}`, [
    `\`npx storm ci preview ${stack}\` writes one; what it has not shown is not applied.`,
  ]);
}
