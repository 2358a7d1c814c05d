import { isMissing } from "../../tools/debian-packages";

test("a need is met by a program or by any of its files", () => {
  expect(isMissing({ package: "sh", program: "sh", why: "" })).toBe(false);
  expect(isMissing({ package: "x", program: "no-such-program-here", why: "" })).toBe(true);
  expect(isMissing({ package: "x", files: ["/nowhere", "/"], why: "" })).toBe(false);
});
