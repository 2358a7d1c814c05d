import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { configFile, readConfig } from "../../cli/config";
import { journalFile } from "../../cli/config-journal";
import { type Deployment, openTentatively, type Tentative } from "../../cli/deployment";
import { loadSettings } from "../../cli/load-settings";
import { recoverConfig } from "../../cli/take-back";
import { StormStack } from "../../cli/workspace";
import { storm } from "../../tools/paths";
import { identify } from "../../tools/processes";
import { planOf } from "../plan/plans";
import { deadProcess, startProcess, temporaryFolder, Written } from "../tools/support";

/** What a stack's config has for a preview alone, until somebody has said yes. */

const folder = temporaryFolder();
const log = join(folder, "log");
const NAME = "tentative-test";
const file = configFile(NAME);
const state = join(storm.state, ".pulumi", "stacks", "storm", `${NAME}.json`);
const OWN = "# ours\nconfig:\n  storm:env: prod # not the stack's name\n";
const plan = planOf("Hostname: storm.example.com\nAWS: {pools: [{name: m, count: 1, zones: [us-east-1a]}]}\n");

/** An engine that keeps stacks and config as the real one does, as far as it is asked here, and writes down what it is asked. */
const ENGINE = `#!/bin/sh
echo "$*" >>${log}
case "$1 $2" in
"version "*) echo v3.220.0 ;;
"stack init") echo '{"checkpoint":{"latest":null}}' >${state}; [ -e ${file} ] || printf 'encryptionsalt: v1:x\\nconfig:\\n' >${file} ;;
"stack rm") rm ${state}; case "$*" in *--preserve-config*) ;; *) rm -f ${file} ;; esac ;;
"config set-all") [ ! -e ${folder}/refuses ] || exit 1; echo '  storm:file: other.yml' >>${file} ;;
"config set") echo '  storm:spec: {production: true}' >>${file} ;;
esac
`;

beforeEach(() => {
  const engine = join(folder, "pulumi");
  writeFileSync(engine, ENGINE);
  chmodSync(engine, 0o755);
  writeFileSync(log, "");
  mkdirSync(dirname(state), { recursive: true });
});
afterEach(() => {
  for (const each of [file, state, journalFile(NAME), join(folder, "refuses")]) rmSync(each, { force: true });
});

const stackOf = () =>
  new StormStack(NAME, {
    engine: { path: join(folder, "pulumi"), version: "3.220.0", origin: "built" },
    plugins: "stand-in",
  });
const removals = () =>
  readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => line.startsWith("stack rm"));
const stackThere = (latest: object | null = { resources: [{ urn: "u", type: "t" }] }) =>
  writeFileSync(state, JSON.stringify({ checkpoint: { latest } }));

/** As a command does it that asks before it deploys. */
function open(stack: StormStack, wanted: Partial<Deployment> = {}): Promise<Tentative> {
  const { signal } = new AbortController();
  const run = { stack, plan, file: "other.yml", again: "storm deploy", signal, output: new Written() };
  return openTentatively({ ...run, ...wanted });
}

/** The journal of another process. */
function ownedBy(owner: { pid: number; start: string }): void {
  const journal = JSON.parse(readFileSync(journalFile(NAME), "utf8")) as object;
  writeFileSync(journalFile(NAME), JSON.stringify({ ...journal, owner }));
}

test("after an interrupt a new stack is gone, and its config; the engine is asked though the run was stopped", async () => {
  const stack = stackOf();
  const { undo } = await open(stack, { production: true });
  expect(readConfig(NAME)).toEqual({ "storm:file": "other.yml", "storm:spec": { production: true } });
  const interrupt = new AbortController();
  stack.endOn(interrupt.signal);
  interrupt.abort();
  await undo();
  expect([file, state, journalFile(NAME)].filter(existsSync)).toEqual([]);
  expect(removals()).toEqual([`stack rm --yes --preserve-config --stack ${NAME} --non-interactive`]);
  await expect(stack.run(["refresh"])).rejects.toThrow("was ended by SIGINT");
});

test("the config of a stack that was there is as it was, to its comments and rights", async () => {
  stackThere();
  writeFileSync(file, OWN, { mode: 0o600 });
  const { undo } = await open(stackOf());
  expect(readConfig(NAME)["storm:file"]).toBe("other.yml");
  await undo();
  expect(readFileSync(file, "utf8")).toBe(OWN);
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect([existsSync(state), removals()]).toEqual([true, []]);
});

test("a config that was written before there is a stack stays", async () => {
  writeFileSync(file, OWN);
  await (await open(stackOf())).undo();
  expect(readFileSync(file, "utf8")).toBe(OWN);
  expect(existsSync(state)).toBe(false);
});

test("what was tried stays when somebody has said yes, also for the run after one that is killed then", async () => {
  stackThere();
  writeFileSync(file, OWN);
  (await open(stackOf())).keep();
  expect(existsSync(journalFile(NAME))).toBe(false);
  const output = new Written();
  await recoverConfig(stackOf(), output);
  expect([readConfig(NAME)["storm:file"], output.text]).toEqual(["other.yml", ""]);
});

test("what the engine does not take is taken back at once", async () => {
  writeFileSync(join(folder, "refuses"), "");
  await expect(open(stackOf(), { production: true })).rejects.toThrow("`pulumi config` ended with 1");
  expect([file, state, journalFile(NAME)].filter(existsSync)).toEqual([]);
});

describe("a run that was killed", () => {
  test("has decided nothing: no command takes what it tried, and the next run puts the config back", async () => {
    stackThere();
    writeFileSync(file, OWN);
    await open(stackOf(), { production: true });
    ownedBy(await deadProcess());
    expect(readFileSync(file, "utf8")).toContain("other.yml");
    expect(loadSettings(NAME, undefined)).toMatchObject({ file: "storm.yml", env: "prod", spec: undefined });
    const output = new Written();
    await recoverConfig(stackOf(), output);
    expect(readFileSync(file, "utf8")).toBe(OWN);
    expect(output.text).toBe(`Recovery: Pulumi.${NAME}.yaml is again as it was before a preview that was killed\n`);
    expect([existsSync(journalFile(NAME)), removals()]).toEqual([false, []]);
  });

  test("in the middle of setting it is no other case", async () => {
    stackThere();
    writeFileSync(file, OWN);
    await open(stackOf());
    const journal = JSON.parse(readFileSync(journalFile(NAME), "utf8")) as object;
    writeFileSync(journalFile(NAME), JSON.stringify({ ...journal, tried: undefined }));
    ownedBy(await deadProcess());
    expect(readConfig(NAME)).toEqual({ "storm:env": "prod" });
    await recoverConfig(stackOf(), new Written());
    expect(readFileSync(file, "utf8")).toBe(OWN);
  });

  test("leaves a stack that the next preview takes away, for nobody had it", async () => {
    await open(stackOf());
    ownedBy(await deadProcess());
    const { undo } = await open(stackOf());
    expect(removals()).toHaveLength(1);
    await undo();
    expect([file, state, journalFile(NAME)].filter(existsSync)).toEqual([]);
  });

  test("but not when somebody has deployed it since by hand: its config is theirs, too", async () => {
    await open(stackOf());
    ownedBy(await deadProcess());
    stackThere();
    await recoverConfig(stackOf(), new Written());
    expect([existsSync(state), removals(), readConfig(NAME)["storm:file"]]).toEqual([true, [], "other.yml"]);
  });

  test("does not undo what somebody has changed since: it is said what that is", async () => {
    stackThere();
    writeFileSync(file, OWN);
    await open(stackOf());
    ownedBy(await deadProcess());
    const mine = `${readFileSync(file, "utf8")}  storm:replaceManagers: one-by-one\n`;
    writeFileSync(file, mine);
    expect(readConfig(NAME)["storm:replaceManagers"]).toBe("one-by-one");
    await expect(recoverConfig(stackOf(), new Written())).rejects.toMatchObject({
      message: `Pulumi.${NAME}.yaml has what a preview that was killed has put there, and was changed since`,
      hints: expect.arrayContaining([expect.stringContaining("+   storm:file: other.yml\n")]) as string[],
    });
    expect(readFileSync(file, "utf8")).toBe(mine);
    writeFileSync(file, OWN);
    await recoverConfig(stackOf(), new Written());
    expect([existsSync(journalFile(NAME)), readFileSync(file, "utf8")]).toEqual([false, OWN]);
  });
});

test("what a living run tries counts for that run alone", async () => {
  stackThere();
  writeFileSync(file, OWN);
  const { undo } = await open(stackOf(), { production: true });
  const other = await startProcess({});
  const { owner } = JSON.parse(readFileSync(journalFile(NAME), "utf8")) as { owner: { pid: number; start: string } };
  expect(owner).toEqual(identify(process.pid));
  ownedBy(identify(other.pid ?? 0) ?? owner);
  expect(loadSettings(NAME, undefined)).toMatchObject({ file: "storm.yml", spec: undefined });
  ownedBy(owner);
  expect(loadSettings(NAME, undefined)).toMatchObject({ file: "other.yml", spec: { production: true } });
  await undo();
});
