/** A process that realizes a world, for those who kill it. Arguments: lab, folder, image, file with the world. */
import { readFileSync } from "node:fs";
import { Realizer } from "../../../lab/clouds/realize/realizer";
import type { World } from "../../../lab/clouds/world";

const [, , lab = "", folder = "", image = "", file = ""] = process.argv;
const realizer = new Realizer({ lab, folder, image, say: console.error });
realizer.watch();
realizer.apply(JSON.parse(readFileSync(file, "utf8")) as World).catch((error: Error) => {
  console.error(error.message);
  process.exit(1);
});
