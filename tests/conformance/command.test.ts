/** What commands of the `command` plugin do on the real engine, over a real OpenSSH server. See engine.ts for STORM_PLUGIN. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { secret } from "@pulumi/pulumi";
import { local, remote } from "@pulumi/command";
import { type Applied, Lab, SUITE_TIMEOUT_MS } from "./engine";
import { type Connection, connectionTo, startSshd, type Sshd } from "./sshd";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: Lab;
let sshd: Sshd;

beforeAll(async () => {
  lab = await Lab.start("command");
  sshd = await startSshd(join(lab.dir, "sshd"), ["AcceptEnv STORM_* PULUMI_COMMAND_*"]);
});
afterAll(async () => {
  await lab?.stop();
  await sshd?.stop();
});

const connection = (): Connection => connectionTo(sshd);
/** A file in which commands leave a trace of having run. */
const traceFile = (name: string): string => join(lab.dir, `trace-${name}`);
const trace = async (name: string): Promise<string[]> => {
  const text = await readFile(traceFile(name), "utf8").catch(() => "");
  return text.split("\n").filter((line) => line !== "");
};

describe("one update", () => {
  const LOGGINGS = ["stdout", "stderr", "stdoutAndStderr", "none", undefined] as const;
  let applied: Applied;
  const value = (name: string): unknown => applied.outputs[name]?.value;

  const program = async (): Promise<Record<string, unknown>> => {
    const [to, environment] = [connection(), { STORM_GREETING: "from environment" }];
    const create = `cat; printf "$STORM_GREETING\\n\\n"; echo problem >&2`;
    const echo = new remote.Command("echo", { connection: to, create, stdin: "from stdin\n", environment });
    const proxied = new remote.Command("proxied", { connection: { ...to, proxy: to }, create: "echo $SSH_CONNECTION" });
    const quiet = new remote.Command(
      "quiet",
      {
        connection: to,
        create: "cat; echo $STORM_KEY >&2",
        stdin: secret("canary-stdin"),
        environment: { STORM_KEY: secret("canary-environment") },
        logging: "none",
      },
      { additionalSecretOutputs: ["stdout", "stderr"] },
    );
    const plain = new remote.Command("plain", { connection: to, create: "cat", stdin: secret("shown") });
    for (const logging of LOGGINGS) {
      const name = logging ?? "unset";
      const both = "echo out-$STORM_NAME; echo err-$STORM_NAME >&2";
      new remote.Command(`log-${name}`, { connection: to, create: both, environment: { STORM_NAME: name }, logging });
    }
    const here = new local.Command("here", { create: "cat > /dev/null", stdin: secret("canary-local") });
    const work = new local.Command("work", {
      create: `pwd; cat; echo "$GREETING"; echo made > made.txt; echo two > sub/two.txt`,
      interpreter: ["/bin/sh", "-e", "-c"],
      dir: join(lab.dir, "work"),
      stdin: "from stdin\n",
      environment: { GREETING: "from environment" },
      assetPaths: ["**.txt", "!**secret*"],
    });
    return {
      ...{ stdout: echo.stdout, stderr: echo.stderr, id: echo.id, proxied: proxied.stdout },
      ...{ quietOut: quiet.stdout, quietErr: quiet.stderr, plain: plain.stdout, here: here.stdin },
      ...{ work: work.stdout, files: work.assets.apply((assets) => Object.keys(assets ?? {}).sort()) },
      invoked: local.runOutput({ command: "echo invoked; exit 0" }).stdout,
      engines: local.runOutput({ command: 'echo "$NODE_EXTRA_CA_CERTS"; env | grep -c STORM_EXTRA || true' }).stdout,
    };
  };

  beforeAll(async () => {
    await mkdir(join(lab.dir, "work", "sub"), { recursive: true });
    await writeFile(join(lab.dir, "work", "sub", "secret.txt"), "no");
    applied = await lab.up(program);
  });

  it("passes stdin and environment over SSH, and trims one newline of each output", () => {
    expect(value("stdout")).toBe("from stdin\nfrom environment\n");
    expect(value("stderr")).toBe("problem");
    expect(value("id")).toMatch(/^echo[0-9a-f]{8}$/);
  });

  it("reaches a server through a proxy", () => {
    expect(value("proxied")).toContain(`127.0.0.1 ${sshd.port}`);
  });

  it("gives local commands the engine's environment", () => {
    expect(value("engines")).toBe(`${process.env["NODE_EXTRA_CA_CERTS"] ?? ""}\n0`);
  });

  it("runs local commands with interpreter, folder, stdin and environment, and returns files by glob", () => {
    expect(value("work")).toBe(`${join(lab.dir, "work")}\nfrom stdin\nfrom environment`);
    expect(value("files")).toEqual(["made.txt", "sub/two.txt"]);
    expect(value("invoked")).toBe("invoked");
  });

  it("keeps given secrets out of state and log, and outputs that are declared secret", async () => {
    expect(applied.outputs["quietOut"]).toEqual({ value: "canary-stdin", secret: true });
    expect(applied.outputs["quietErr"]).toEqual({ value: "canary-environment", secret: true });
    expect(applied.outputs["here"]).toEqual({ value: "canary-local", secret: true });
    const key = sshd.privateKey.split("\n")[1] ?? "";
    for (const text of [await lab.state(), applied.log]) {
      expect(text).not.toContain("canary-");
      expect(text).not.toContain(key);
    }
  });

  it("does not make outputs secret by itself: the trap that additionalSecretOutputs is for", () => {
    expect(applied.outputs["plain"]).toEqual({ value: "shown", secret: false });
  });

  it("logs the streams that `logging` names", () => {
    const seen = [...applied.log.matchAll(/(out|err)-(stdout|stderr|stdoutAndStderr|none|unset)\b/g)];
    const expected = [
      "err-stderr",
      "err-stdoutAndStderr",
      "err-unset",
      "out-stdout",
      "out-stdoutAndStderr",
      "out-unset",
    ];
    expect([...new Set(seen.map(([word]) => word))].sort()).toEqual(expected);
  });

  it("is followed by none: nothing runs without a change", async () => {
    const { changes, log } = await lab.up(program);
    expect(Object.keys(changes)).toEqual(["same"]);
    expect(log).not.toContain("out-");
  });
});

describe("the life of a command", () => {
  const program = (step: { stdin: string; update?: string; trigger: string; deleteBeforeReplace?: boolean }) => {
    const to = (file: string, word: string): string =>
      `echo "${word} $(cat) [$PULUMI_COMMAND_STDOUT]" >> ${traceFile(file)}; echo ${word}`;
    return async (): Promise<void> => {
      new remote.Command("cycle", {
        connection: connection(),
        create: to("cycle", "create"),
        update: step.update && to("cycle", step.update),
        delete: to("cycle", "delete"),
        stdin: step.stdin,
      });
      const words = (word: string): string => `echo ${word} >> ${traceFile("trigger")}`;
      const commands = { create: words("create"), update: words("update"), delete: words("delete") };
      new remote.Command(
        "trigger",
        { connection: connection(), ...commands, triggers: [step.trigger] },
        { deleteBeforeReplace: step.deleteBeforeReplace },
      );
    };
  };

  it("goes by create, update ?? create and delete; a changed trigger replaces, even with an update command", async () => {
    await lab.up(program({ stdin: "one", update: "update", trigger: "a" }));
    const second = await lab.up(program({ stdin: "two", update: "update", trigger: "b" }));
    expect(second.changes).toMatchObject({ update: 1, replace: 1 });
    expect(await trace("trigger")).toEqual(["create", "create", "delete"]);
    const third = await lab.up(program({ stdin: "two", trigger: "c", deleteBeforeReplace: true }));
    expect(third.changes).toMatchObject({ update: 1, replace: 1 });
    expect((await trace("trigger")).slice(3)).toEqual(["delete", "create"]);
    await lab.up(() => Promise.resolve());
    expect(await trace("cycle")).toEqual([
      "create one []",
      "update two [create]",
      "create two [update]",
      "delete two [create]",
    ]);
  });
});

describe("preview", () => {
  it("runs nothing, and passes unknown values on", async () => {
    const { changes } = await lab.preview(async () => {
      const first = new remote.Command("first", { connection: connection(), create: `touch ${traceFile("preview")}` });
      const to = { ...connection(), host: first.stdout.apply(() => "127.0.0.1") };
      new remote.Command("second", { connection: to, create: first.stdout, triggers: [first.stdout] });
    });
    expect(changes).toMatchObject({ create: 2 });
    await expect(readFile(traceFile("preview"))).rejects.toThrow("ENOENT");
  });
});
