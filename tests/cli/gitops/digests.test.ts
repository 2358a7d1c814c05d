import { mkdirSync, readdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { programIn } from "../../../cli/gitops/digests";
import { sources } from "../../../tools/paths";
import { temporaryFolder } from "../../tools/support";

const folder = temporaryFolder();

test("the program is the same wherever its checkout is, also below a folder that is called dist", () => {
  const root = join(folder, "dist", "storm");
  mkdirSync(root, { recursive: true });
  for (const name of readdirSync(sources)) symlinkSync(join(sources, name), join(root, name));
  const here = programIn(sources);
  expect(here.map(([file]) => file)).toEqual(expect.arrayContaining(["boot/docker.ts", "index.ts", "spec/spec.ts"]));
  expect(programIn(root)).toEqual(here);
});
