import * as fs from "node:fs";
import { unittest } from "./support";

const suites = fs.readdirSync(__dirname).filter((name) => /^test_.*\.py$/.test(name));

// They wait more than they work: for timers of the daemons, and for what must not happen.
test.concurrent.each(suites)(
  "the node's daemons, by their own %s",
  async (suite) => {
    expect(await unittest([suite], __dirname)).toBe("passed");
  },
  130_000,
);
