/** What somebody left in the book. */
export interface Entry {
  id: string;
  name: string;
  text: string;
  /** ISO 8601. */
  at: string;
}

/** What is asked of somebody who writes. */
export interface Draft {
  name: string;
  text: string;
}

export const MAX_NAME = 60;
export const MAX_TEXT = 500;

/** A draft from what came over the network, or what is wrong with it, in words for the writer. */
export function readDraft(input: unknown): Draft | string {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    return "an entry is an object with name and text";
  const { name, text } = input as Record<string, unknown>;
  if (typeof name !== "string" || typeof text !== "string") return "name and text must be texts";
  const draft = { name: clean(name).replace(/\s+/g, " ").trim(), text: clean(text).trim() };
  if (draft.name === "") return "please say who you are";
  if (draft.text === "") return "please write something";
  if ([...draft.name].length > MAX_NAME) return `a name may have ${MAX_NAME} characters`;
  if ([...draft.text].length > MAX_TEXT) return `an entry may have ${MAX_TEXT} characters`;
  return draft;
}

/** Without characters that print nothing, turn the line around, or cannot be stored. */
function clean(text: string): string {
  return Buffer.from(text)
    .toString()
    .replace(/\r\n?/g, "\n")
    .replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/g, "");
}
