/** A file of TypeScript as a process of its own: program and arguments. */
export function tsxProgram(file: string, ...args: string[]): [program: string, ...args: string[]] {
  return [process.execPath, "--require", require.resolve("tsx/cjs"), file, ...args];
}
