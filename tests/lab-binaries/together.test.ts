import { together } from "../../lab/binaries/together";

test("gives what each gave", async () => {
  const [number, text] = await together(Promise.resolve(1), Promise.resolve("two"));
  expect([number + 1, text.length]).toEqual([2, 3]);
});

test("a failure is told when nothing goes on any more", async () => {
  let done = false;
  const slow = new Promise<void>((resolve) => setTimeout(resolve, 30)).then(() => void (done = true));
  await expect(together(Promise.reject(new Error("no")), slow)).rejects.toThrow("no");
  expect(done).toBe(true);
});
