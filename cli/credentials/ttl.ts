import { OWN_CLIENTS } from "../../boot/docker";
import { wrongCommandLine } from "../errors";

const MINUTE = 60_000;
const UNITS: Record<string, number> = { m: MINUTE, h: 60 * MINUTE, d: 24 * 60 * MINUTE };
const LONGEST_DAYS = 30;
const OWN: readonly string[] = Object.values(OWN_CLIENTS);

/** Milliseconds of "30m", "8h" or "7d". @throws UserError for anything else, and for more than thirty days */
export function parseTtl(text: string): number {
  const [, count = "", unit = ""] = /^([1-9][0-9]{0,4})([mhd])$/.exec(text) ?? [];
  const milliseconds = Number(count) * (UNITS[unit] ?? NaN);
  if (count === "" || !(milliseconds <= LONGEST_DAYS * 24 * 60 * MINUTE))
    throw wrongCommandLine(
      `--ttl takes a time such as 30m, 8h or 7d, at most ${LONGEST_DAYS}d, got ${JSON.stringify(text)}`,
      ["What is good for longer is better asked for again: `storm credentials issue` takes seconds."],
    );
  return milliseconds;
}

/** Whom a certificate can name. The program's own client certificates have the names left out here. */
export function checkPerson(person: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9._@+-]{0,62}[A-Za-z0-9]$/.test(person) && !OWN.includes(person)) return person;
  throw wrongCommandLine(`PERSON is a name such as alice or alice@example.com, got ${JSON.stringify(person)}`, [
    "Letters, digits and . _ @ + -, 2 to 64 of them; operator and applications are the program's own.",
  ]);
}
