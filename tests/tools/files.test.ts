import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createExclusively, readIfThere, writeAtomically } from "../../tools/files";
import { shellScripts } from "../../tools/shell-scripts";
import { temporaryFolder } from "./support";

const folder = temporaryFolder();

test("files come whole, and exclusively where asked", () => {
  const file = join(folder, "deep", "file");
  writeAtomically(file, "one");
  expect(createExclusively(file, "two")).toBe(false);
  expect(readIfThere(file)).toBe("one");
  expect(readIfThere(`${file}.none`)).toBeUndefined();
});

test("shell scripts are found by name and by first line", () => {
  const place = join(folder, "scripts");
  mkdirSync(join(place, "node_modules"), { recursive: true });
  writeFileSync(join(place, "a.sh"), "");
  writeFileSync(join(place, "b"), "#!/usr/bin/env bash\n");
  writeFileSync(join(place, "c"), "#!/usr/bin/env python3\n");
  writeFileSync(join(place, "node_modules", "d.sh"), "");
  expect(shellScripts(place)).toEqual([join(place, "a.sh"), join(place, "b")]);
});
