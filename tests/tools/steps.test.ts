import { UserError } from "../../tools/errors";
import { Steps } from "../../tools/steps";
import { Written } from "./support";

const clock = () => 0;

test("independent steps run side by side, dependent ones wait", async () => {
  const order: string[] = [];
  const steps = new Steps(new Written(), { now: clock });
  let open = () => {};
  const gate = new Promise<void>((resolve) => (open = resolve));
  const slow = steps.step("slow", [], async () => {
    await gate;
    order.push("slow");
    return { value: 1 };
  });
  void steps.step("quick", [], async () => ({ value: order.push("quick") }));
  const last = steps.step("last", [slow], async () => ({ value: order.push("last") + (await slow) }));
  await Promise.resolve();
  open();
  await steps.finish();
  expect(order).toEqual(["quick", "slow", "last"]);
  expect(await last).toBe(4);
});

test("a step that says nothing for a while is still at it", async () => {
  jest.useFakeTimers();
  try {
    const written = new Written();
    const steps = new Steps(written, { quiet: true });
    void steps.step("Debian packages", [], async (say) => {
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      say("installing");
      await new Promise((resolve) => setTimeout(resolve, 40_000));
      return { value: 1 };
    });
    await jest.advanceTimersByTimeAsync(100_000);
    await steps.finish();
    expect(written.text.split("\n").slice(0, -2)).toEqual([
      "Debian packages: installing",
      "Debian packages: still at it, 26.0s",
      "Debian packages: still at it, 42.0s",
    ]);
  } finally {
    jest.useRealTimers();
  }
});

test("prints one line per step, as the seed has them", async () => {
  const written = new Written();
  const steps = new Steps(written, { now: clock });
  void steps.step("Pulumi engine", [], async (say) => {
    say("downloading it");
    return { value: 0, title: "Pulumi engine 3.220.0" };
  });
  await steps.finish();
  expect(written.text).toBe("Pulumi engine: downloading it\nPulumi engine 3.220.0 .............. [ ok ]  0.0s\n");
});

test("a failed step is shown once, and those that need it not at all", async () => {
  const written = new Written();
  const steps = new Steps(written, { now: clock });
  const broken = steps.step("broken", [], () => Promise.reject(new UserError("no disk", ["Buy one."])));
  void steps.step("needs it", [broken], async () => ({ value: 0 }));
  const error: unknown = await steps.finish().catch((reason: unknown) => reason);
  expect(error).toMatchObject({ message: "broken: no disk", hints: ["Buy one."] });
  expect(written.text).toMatch(/^broken \.+ \[fail\] {2}0.0s\n$/);
});

test("quiet steps show only what had something to say", async () => {
  const written = new Written();
  const steps = new Steps(written, { now: clock, quiet: true });
  void steps.step("silent", [], async () => ({ value: 0 }));
  void steps.step("warns", [], async () => ({ value: 0, warning: "look\nhere" }));
  await steps.finish();
  expect(written.text).toMatch(/^warns \.+ \[warn\] {2}0.0s\n {2}look\n {2}here\n$/);
});
