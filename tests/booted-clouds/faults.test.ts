import { Rehearsal } from "../../cli/rehearsal/rehearsal";
import { MANAGERS, threeClouds } from "../../cli/rehearsal/three-clouds";

jest.setTimeout(900_000);

const rehearsal = new Rehearsal(`f${process.pid}`);
/** Workers that the clouds are asked for one after another, by pool. */
const pools: Partial<Record<"AWS" | "Azure" | "DigitalOcean", string>> = {};

const stormYml = () => threeClouds({ guestbooks: 1, pools });
const workers = (name: string) => `{ name: ${name}, count: 1, size: small, role: worker }`;

afterAll(() => rehearsal.end());

/** A start that fails, and what it says about it. */
async function failed(): Promise<string> {
  const { code, stdout, stderr } = await rehearsal.start(stormYml());
  expect(code).not.toBe(0);
  return stdout + stderr;
}

/** A start that comes to its end, with every node in the cluster. */
async function finished(...names: string[]): Promise<void> {
  const began = Date.now();
  const { code, stdout, stderr } = await rehearsal.start(stormYml());
  if (code !== 0) throw new Error(stdout + stderr);
  await rehearsal.whole("aws-1", [...MANAGERS, ...names], 60);
  console.info(`finished after ${((Date.now() - began) / 1000).toFixed(1)} s`);
}

test("a cloud that allows no more machines ends the first `up` half-way, naming cloud, pool and node; the next one finishes", async () => {
  pools.AWS = workers("more");
  await rehearsal.storm(["lab", "start"], 300);
  await rehearsal.lab({ do: "quota", cloud: "aws", count: 1 });
  const said = await failed();
  expect(said).toMatch(/AWS, pool (\S+\/)?(aws|more), \S*(aws|more)-1\S*: InstanceLimitExceeded/);
  expect((await rehearsal.status()).machines.filter(({ cloud }) => cloud === "aws")).toHaveLength(1);
  await rehearsal.lab({ do: "quota", cloud: "aws" });
  await finished("more-1");
});

test("a machine that dies at its boot ends the `up`, naming cloud, pool and node, and the next one makes another", async () => {
  pools.Azure = workers("west");
  await rehearsal.lab({ do: "boot", cloud: "azure", count: 1 });
  expect(await failed()).toMatch(/Azure, pool (\S+\/)?west, \S*west-1\S*: Code="OSProvisioningTimedOut"/);
  await finished("more-1", "west-1");
});

test("a cloud that is asked too often slows the `up` down, and no more", async () => {
  pools.DigitalOcean = workers("sea");
  await rehearsal.lab({ do: "throttle", cloud: "digitalocean", count: 5 });
  await finished("more-1", "west-1", "sea-1");
  expect((await rehearsal.status()).faults.throttle.digitalocean).toBe(0);
});

test("a cloud that goes on saying so ends the `up`, naming cloud and node, and where a pool goes the pool; the next one finishes", async () => {
  const refused = (what: string) =>
    new RegExp(`DigitalOcean, (pool (\\S+/)?sea, )?(\\S+/)?${what}: 429 Too many requests: API Rate limit exceeded`);
  pools.DigitalOcean = workers("sea").replace("count: 1", "count: 2");
  await rehearsal.lab({ do: "throttle", cloud: "digitalocean", count: 10_000 });
  expect(await failed()).toMatch(refused("sea-2\\S*"));
  await rehearsal.lab({ do: "throttle", cloud: "digitalocean", count: 0 });
  await finished("more-1", "west-1", "sea-1", "sea-2");

  delete pools.DigitalOcean;
  await rehearsal.lab({ do: "throttle", cloud: "digitalocean", count: 10_000 });
  // Its place in the project goes before the machines.
  expect(await failed()).toMatch(refused("sea-project"));
  await rehearsal.lab({ do: "throttle", cloud: "digitalocean", count: 0 });
  await finished("more-1", "west-1");
});
