import * as path from "node:path";
import { unittest } from "./support";

test("the manager's side of a stack's deploy, by its own suite", async () => {
  expect(await unittest(["discover", "-p", "test_*.py"], path.join(__dirname, "stack"))).toBe("passed");
}, 130_000);
