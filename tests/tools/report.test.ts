import { UserError, formatError } from "../../tools/errors";
import { seconds } from "../../tools/report";

test("durations", () => {
  expect([40, 12_345, 125_000].map(seconds)).toEqual(["0.0s", "12.3s", "2m05s"]);
});

test("errors are text, with what to do below", () => {
  expect(formatError(new UserError("no disk", ["Buy one.\nOr two."]))).toBe("error: no disk\n  Buy one.\n  Or two.");
});
