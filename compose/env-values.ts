/** Shorter ones are in too many words. */
const MIN_LENGTH = 4;
/** What says nothing: to hide it would hide every other use of the word. */
const TRIVIAL =
  /^(true|false|null|none|always|default|production|development|staging|debug|info|warn|warning|error|localhost|[\d.:]+\s*[a-z%]{0,2})$/i;

/**
 * Values that came out of `.env` and of env files. They are the usual place of passwords, so no message shows one: neither ours nor, on
 * the node, what a dying task or a failing build printed.
 */
export class EnvValues {
  private readonly names = new Map<string, string>();

  add(name: string, value: string): void {
    for (const part of [value, ...passwordsIn(value)]) {
      const text = part.trim();
      if (text.length >= MIN_LENGTH && !TRIVIAL.test(text) && !this.names.has(text)) this.names.set(text, name);
    }
  }

  /** All of them, for storm_stack.py. */
  get words(): string[] {
    return [...this.names.keys()].sort();
  }

  /** A message with the variables' names instead of their values, longest value first. */
  hideIn(message: string): string {
    const values = [...this.names].sort(([a], [b]) => b.length - a.length);
    return values.reduce((text, [value, name]) => text.replaceAll(value, `\${${name}}`), message);
  }
}

/** A program that gets `postgres://user:password@host` may print the password alone. */
function passwordsIn(value: string): string[] {
  const password = /:\/\/[^/@:]*:([^/@]+)@/.exec(value)?.[1];
  return password === undefined ? [] : [password];
}
