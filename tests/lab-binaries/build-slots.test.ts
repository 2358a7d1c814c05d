import { withBuildSlot } from "../../lab/binaries/build-slots";

describe("builds side by side", () => {
  /** Most builds that ran at once, of three, with so much memory free. */
  async function most(freeBytes: number): Promise<number> {
    let now = 0;
    let seen = 0;
    const build = async () => {
      seen = Math.max(seen, ++now);
      await new Promise((resolve) => setTimeout(resolve, 20));
      now--;
    };
    await Promise.all([1, 2, 3].map(() => withBuildSlot(build, () => freeBytes)));
    return seen;
  }

  test("run together where there is memory, else one after another", async () => {
    expect(await most(9 * 2 ** 30)).toBe(3);
    // All three begin before one has taken anything.
    expect(await most(8 * 2 ** 30)).toBe(2);
    expect(await most(5 * 2 ** 30)).toBe(1);
    expect(await most(0)).toBe(1);
  });

  test("one that fails makes room for the next", async () => {
    const failing = withBuildSlot(
      () => Promise.reject(new Error("no")),
      () => 0,
    );
    const next = withBuildSlot(
      () => Promise.resolve("built"),
      () => 0,
    );
    await expect(failing).rejects.toThrow("no");
    expect(await next).toBe("built");
  });
});
