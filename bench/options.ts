import { UserError } from "../tools/errors";

export interface Options {
  /** Figures to measure, of 1 to 9. */
  only: Set<number>;
  /** Measurements of each; the median counts. */
  runs: number;
}

const ALL = [1, 2, 3, 4, 5, 6, 7, 8, 9];

/** `--only 2 --only 4` or `--only 2,4`, and `--runs N`. */
export function parseOptions(args: readonly string[]): Options {
  const only: number[] = [];
  let runs = 3;
  for (let index = 0; index < args.length; index += 2) {
    const [name, value = ""] = [args[index], args[index + 1]];
    const numbers = value.split(",").map(Number);
    if (name === "--only" && numbers.every((number) => ALL.includes(number))) only.push(...numbers);
    else if (name === "--runs" && /^[1-9]\d?$/.test(value)) runs = Number(value);
    else throw new UserError(`bench: ${name} ${value}`.trim(), ["npm run bench -- [--only 1..9] [--runs N]"]);
  }
  return { only: new Set(only.length > 0 ? only : ALL), runs };
}
