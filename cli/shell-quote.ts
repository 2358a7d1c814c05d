/** A word as any POSIX shell reads it back, unchanged. */
export function shellQuote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

/** Inside double quotes, as docker-machine printed it and people expect to see it. */
export function doubleQuote(word: string): string {
  return `"${word.replace(/[\\"$`]/g, "\\$&")}"`;
}
