import { isUsable } from "../../tools/engine";
import { setupMode } from "../../tools/setup-mode";

test("set-up's mode", () => {
  expect([undefined, "", "official"].map((mode) => setupMode({ STORM_SETUP: mode }))).toEqual([
    "auto",
    "auto",
    "official",
  ]);
  expect(() => setupMode({ STORM_SETUP: "magic" })).toThrow("STORM_SETUP=magic is unknown");
});

test("engines that will do", () => {
  expect(["3.220.0", "3.259.0", "3.219.9", "4.0.0", "2.1.0"].map(isUsable)).toEqual([true, true, false, false, false]);
});
