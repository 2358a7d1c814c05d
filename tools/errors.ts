/** Something that the user can act on: shown as text, never with a stack trace. */
export class UserError extends Error {
  constructor(
    message: string,
    /** What to do about it, or where to read more: printed below the message. */
    readonly hints: readonly string[] = [],
    readonly exitCode = 1,
  ) {
    super(message);
    this.name = "UserError";
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** One text for any error: its message, then its hints. */
export function formatError(error: unknown): string {
  const hints = error instanceof UserError ? error.hints : [];
  const lines = [`error: ${messageOf(error)}`, ...hints.map((hint) => hint.replace(/^/gm, "  "))];
  return lines.join("\n");
}
