import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { identify } from "../../tools/processes";
import { lockRun } from "../../tools/run-lock";
import { deadProcess, startProcess, temporaryFolder } from "./support";

const folder = temporaryFolder();
const ignore = () => undefined;

test("a lock is taken and given back", async () => {
  const lock = await lockRun(folder, "one", "start", ignore);
  expect(lock.afterCrash).toBe(false);
  expect(existsSync(join(folder, "run-one.json"))).toBe(true);
  lock.release();
  expect(existsSync(join(folder, "run-one.json"))).toBe(false);
});

test("the lock of a dead run is taken over, and said to be", async () => {
  writeFileSync(join(folder, "run-two.json"), JSON.stringify({ ...(await deadProcess()), command: "start" }));
  const lock = await lockRun(folder, "two", "start", ignore);
  expect(lock.afterCrash).toBe(true);
  lock.release();
});

test("a process that got the dead owner's number is not the owner", async () => {
  const other = await startProcess({});
  writeFileSync(join(folder, "run-three.json"), JSON.stringify({ pid: other.pid, start: "1", command: "start" }));
  const lock = await lockRun(folder, "three", "start", ignore);
  expect(lock.afterCrash).toBe(true);
  lock.release();
});

test("a living run is waited for, and told about once", async () => {
  const owner = await startProcess({});
  const file = join(folder, "run-four.json");
  writeFileSync(file, JSON.stringify({ ...identify(owner.pid ?? 0), command: "stop" }));
  const told: number[] = [];
  const waiting = lockRun(folder, "four", "start", ({ pid }) => told.push(pid));
  setTimeout(() => owner.kill("SIGKILL"), 500);
  const lock = await waiting;
  expect(told).toEqual([owner.pid]);
  expect(lock.afterCrash).toBe(true);
  lock.release();
});

test("of many that find a dead owner, one at a time gets the lock", async () => {
  writeFileSync(join(folder, "run-five.json"), JSON.stringify({ ...(await deadProcess()), command: "start" }));
  let holders = 0;
  const take = async () => {
    const lock = await lockRun(folder, "five", "start", ignore);
    expect(++holders).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    holders--;
    lock.release();
  };
  await Promise.all([take(), take(), take()]);
});
