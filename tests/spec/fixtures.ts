import * as fs from "node:fs";
import * as path from "node:path";

export interface Fixture {
  name: string;
  text: string;
  /** Formatted output of an invalid file. */
  expected: string;
}

const FIXTURES = path.join(__dirname, "..", "fixtures");

/** The storm.yml files below tests/fixtures/<kind>. */
export function fixtures(kind: "valid" | "invalid"): Fixture[] {
  const folder = path.join(FIXTURES, kind);
  return fs
    .readdirSync(folder)
    .filter((file) => file.endsWith(".yml"))
    .sort()
    .map((file) => {
      const expectedFile = path.join(folder, file.replace(/\.yml$/, ".expected"));
      return {
        name: file.replace(/\.yml$/, ""),
        text: fs.readFileSync(path.join(folder, file), "utf8"),
        expected: fs.existsSync(expectedFile) ? fs.readFileSync(expectedFile, "utf8") : "",
      };
    });
}
