import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { context } from "../../cli/commands/context";
import { configFile } from "../../cli/config";
import { keyFolder, keyFolders, offDisk } from "../../cli/key-folder";
import { forgetKeys, productionWords, refuseUnfit } from "../../cli/production";
import { makePlan } from "../../plan/plan";
import { load } from "../../spec/load";
import { checkout, credentialFolder } from "../../tools/paths";
import { temporaryFolder, Written } from "../tools/support";

const folder = temporaryFolder();
const TMPFS = 0x01021994;

test("said before it is asked for", () => {
  expect(productionWords("prod").join("\n")).toMatchSnapshot();
});

test("`--production` of what is only for trying out is refused before anything is set up", () => {
  const storm = join(checkout, "cli", "storm.js");
  const args = [storm, "deploy", "no-such-stack", "--production", "--yes"];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  expect({ stdout, status }).toEqual({ stdout: "", status: 1 });
  expect(stderr).toContain("production: must be false with Local nodes");
});

test("nor is it deployed from a state on this machine", () => {
  const text =
    "production: true\nHostname: storm.example.com\nAWS: [3, small]\nnetwork: {adminCidrs: [203.0.113.7/32]}\n";
  const { plan } = makePlan(load(text, { fileName: "storm.yml" }).spec, { env: "prod" });
  expect(() => refuseUnfit(plan, "no-such-stack")).toThrow(
    "production: true is not deployed: its state is in a folder of one machine",
  );
});

test("keys of a production stack are written to memory, or not at all", () => {
  const why = "prod is a production stack";
  expect(keyFolder("prod", undefined)).toBe(credentialFolder("prod"));
  // On every Linux with a memory of its own for that.
  expect(statfsSync("/dev/shm").type).toBe(TMPFS);
  expect(keyFolder("prod", why, "/dev/shm")).toMatch(/^\/dev\/shm\/storm\/[0-9a-f]{12}\/prod$/);
  expect(() => keyFolder("prod", why, "")).toThrow("prod is a production stack: its keys are not written to a disk");
  expect(() => keyFolder("prod", why, "/proc")).toThrow("its keys are not written to a disk");
});

describe("which stack's keys stay off the disks", () => {
  const stack = "key-folder-test";
  const file = join(folder, "storm.yml");
  const HOME = "Hostname: storm.example.com\nAWS: [3, small]\nnetwork: {adminCidrs: [203.0.113.7/32]}\n";
  /** What is said of a stack with this storm.yml, and with this in its config besides. */
  const of = (text: string | undefined, config = "") => {
    if (text === undefined) rmSync(file, { force: true });
    else writeFileSync(file, text);
    writeFileSync(configFile(stack), `config:\n  storm:file: ${file}\n${config}`);
    return offDisk(stack);
  };
  afterAll(() => rmSync(configFile(stack), { force: true }));

  test("those of a production stack, by its storm.yml or by its config", () => {
    expect(of(HOME)).toBeUndefined();
    expect(of(`production: true\n${HOME}`)).toBe(`${stack} is a production stack`);
    expect(of(HOME, "  storm:spec: {production: true}\n")).toBe(`${stack} is a production stack`);
  });

  test.each([
    ["an error in it", `production: true\n${HOME}wrong: 1\n`],
    ["no YAML", "production: true\n  a: ["],
    ["not there", undefined],
  ])("those of one whose storm.yml nobody can read, for it may be one: %s", (_, text) => {
    const words = `${file} can not be read, so ${stack} may be a production stack`;
    expect(of(text)).toBe(words);
    expect(() => keyFolder(stack, offDisk(stack), "")).toThrow(`${words}: its keys are not written to a disk`);
    expect(keyFolder(stack, offDisk(stack), "/dev/shm")).toMatch(/^\/dev\/shm\//);
  });

  test("nor does the docker client get a copy of them", async () => {
    of(`production: true\n${HOME}wrong: 1\n`);
    await expect(context(stack, {}, new Written())).rejects.toThrow("may be a production stack");
  });
});

test("a stop looks for keys in both places", () => {
  expect(keyFolders("prod", "/dev/shm")).toEqual([credentialFolder("prod"), keyFolder("prod", "why", "/dev/shm")]);
  expect(keyFolders("prod", "")).toEqual([credentialFolder("prod")]);
});

test("what was written before is removed, and it is said where it was", () => {
  // Without the docker client there are no contexts of its.
  const env = jest.replaceProperty(process, "env", { ...process.env, XDG_STATE_HOME: folder, PATH: folder });
  try {
    const keys = credentialFolder("gone");
    mkdirSync(keys, { recursive: true });
    writeFileSync(join(keys, "key.pem"), "canary");
    const said = new Written();
    forgetKeys("gone", said);
    expect(existsSync(keys)).toBe(false);
    forgetKeys("gone", said);
    expect(said.text).toBe(`${keys} is gone: the cluster's keys are on no disk of this machine\n`);
  } finally {
    env.restore();
  }
});
