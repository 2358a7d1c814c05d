import { readdirSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { removeOldBuilds } from "../../tools/old-builds";
import { temporaryFolder } from "./support";

const folder = temporaryFolder();

test("what nobody used for a day goes, leftovers of a cut-off run too, and nothing else", () => {
  const now = Date.now();
  const file = (name: string, hours: number) => {
    writeFileSync(join(folder, name), "");
    utimesSync(join(folder, name), (now - hours * 3600_000) / 1000, (now - hours * 3600_000) / 1000);
  };
  file("shop.web.0123456789ab.tar.gz", 25);
  file("shop.web.0123456789ab.tar.gz.4711.tmp", 25);
  file("shop.web.ba9876543210.tar.gz", 23);
  file("somebody's own", 99);
  removeOldBuilds(folder, now);
  expect(readdirSync(folder).sort()).toEqual(["shop.web.ba9876543210.tar.gz", "somebody's own"]);
  removeOldBuilds(join(folder, "not there"), now);
});
