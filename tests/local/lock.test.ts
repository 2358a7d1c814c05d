import { Locks } from "../../lab/local/lock";

test("work under one lock runs one after the other, also after a failure", async () => {
  const locks = new Locks();
  const order: string[] = [];
  const work = (name: string, ms: number, fails = false) =>
    locks.run("key", async () => {
      await new Promise((done) => setTimeout(done, ms));
      order.push(name);
      if (fails) throw new Error(name);
    });
  const results = await Promise.allSettled([work("a", 20), work("b", 5, true), work("c", 0)]);
  expect(order).toEqual(["a", "b", "c"]);
  expect(results.map((result) => result.status)).toEqual(["fulfilled", "rejected", "fulfilled"]);
});
