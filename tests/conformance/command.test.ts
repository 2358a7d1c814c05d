/** What the `command` plugin does on the real engine, against a real OpenSSH server. See engine.ts for STORM_PLUGIN. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asset, secret } from "@pulumi/pulumi";
import { local, remote } from "@pulumi/command";
import { type Applied, Lab, SUITE_TIMEOUT_MS } from "./engine";
import { startRecordingServer } from "./recording-server";
import { freePort, startSshd, type Sshd } from "./sshd";

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

interface Connection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly privateKey: string;
  readonly hostKey: string;
}
const connection = (): Connection => {
  const { port, user, privateKey, hostKey } = sshd;
  return { host: "127.0.0.1", port, user, privateKey, hostKey };
};
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

describe("failures", () => {
  it("reports a failing remote command with its text and output", async () => {
    const error = await lab.failingUp(async () => {
      new remote.Command("fails", { connection: connection(), create: "echo before the end; exit 7" });
    });
    expect(error).toContain(`Process exited with status 7: running "echo before the end; exit 7":`);
    expect(error).toContain("before the end");
  });

  it("reports a failing local command likewise", async () => {
    const error = await lab.failingUp(async () => {
      new local.Command("fails", { create: "echo so far; exit 3" });
    });
    expect(error).toContain(`exit status 3: running "echo so far; exit 3":`);
    expect(error).toContain("so far");
  });

  it("fails before the command runs when the server refuses a variable", async () => {
    const error = await lab.failingUp(async () => {
      const create = `echo ran >> ${traceFile("refused")}`;
      new remote.Command("refused", { connection: connection(), create, environment: { NOT_ACCEPTED: "x" } });
    });
    expect(error).toContain(`could not set environment variable "NOT_ACCEPTED"`);
    expect(await trace("refused")).toEqual([]);
  });

  it("refuses inputs of the wrong type by name", async () => {
    const error = await lab.failingUp(async () => {
      const wrong = { ...connection(), port: "ssh" as unknown as number };
      new remote.Command("wrong", { connection: wrong, create: "true" });
    });
    expect(error).toMatch(/port/);
    expect(error).not.toContain("PRIVATE KEY");
  });
});

describe("connecting", () => {
  it("sends nothing to a server with another host key", async () => {
    const server = await startRecordingServer(await readFile(join(lab.dir, "sshd", "host"), "utf8"));
    const program = (hostKey: string) => async (): Promise<void> => {
      const to = { ...connection(), port: server.port, hostKey, dialErrorLimit: 1 };
      new remote.Command("mismatch", { connection: to, create: "echo for the right server only" });
    };
    try {
      const error = await lab.failingUp(program(await readFile(join(lab.dir, "sshd", "client.pub"), "utf8")));
      expect(error).toContain("after 1 failed attempts: ssh: handshake failed: ssh: host key mismatch");
      expect(server.events).toEqual(["connected", "connected"]);
      await lab.up(program(sshd.hostKey));
      expect(server.events).toContain("exec echo for the right server only");
    } finally {
      await server.stop();
    }
  });

  it("bounds dialling by customTimeouts, too", async () => {
    const nowhere = { ...connection(), port: await freePort(), dialErrorLimit: -1 };
    const error = await lab.failingUp(async () => {
      new remote.Command("bounded", { connection: nowhere, create: "true" }, { customTimeouts: { create: "1s" } });
    });
    expect(error).toContain("context deadline exceeded");
  });

  it("gives up after dialErrorLimit, and waits for a server that comes up late", async () => {
    const port = await freePort();
    const program = (dialErrorLimit: number) => async (): Promise<Record<string, unknown>> => {
      const late = { ...connection(), port, dialErrorLimit };
      return { stdout: new remote.Command("late", { connection: late, create: "echo at last" }).stdout };
    };
    const error = await lab.failingUp(program(2));
    expect(error).toContain("after 2 failed attempts: dial tcp");
    expect(error).toContain("Dial 2/2 failed: retrying");
    const server = sleep(2_000).then(() => startSshd(join(lab.dir, "sshd"), [], port));
    try {
      expect((await lab.up(program(-1))).outputs["stdout"]?.value).toBe("at last");
    } finally {
      await (await server).stop();
    }
  });
});

describe("CopyToRemote", () => {
  it("copies text, file and folder, and again only when the content changes", async () => {
    const [from, to] = [join(lab.dir, "from"), join(lab.dir, "to")];
    await mkdir(join(from, "nested"), { recursive: true });
    await writeFile(join(from, "nested", "leaf"), "leaf");
    await writeFile(join(from, "file"), "file");
    const program = (text: string) => async (): Promise<void> => {
      const copy = (name: string, source: asset.Asset | asset.Archive, remotePath: string): void => {
        new remote.CopyToRemote(name, { connection: connection(), source, remotePath });
      };
      copy("text", new asset.StringAsset(text), join(to, "deep", "text"));
      copy("file", new asset.FileAsset(join(from, "file")), join(to, "renamed"));
      copy("folder", new asset.FileArchive(from), join(to, "folder"));
    };
    await lab.up(program("one"));
    const read = (...path: string[]): Promise<string> => readFile(join(to, ...path), "utf8");
    expect(await read("deep", "text")).toBe("one");
    expect(await read("renamed")).toBe("file");
    expect(await read("folder", "from", "nested", "leaf")).toBe("leaf");
    expect((await lab.up(program("two"))).changes).toEqual({ update: 1, same: 3 });
    expect(await read("deep", "text")).toBe("two");
  });

  it("refuses a source that only exists after another resource", async () => {
    const preview = lab.preview(async () => {
      const made = new local.Command("made", { create: "echo content" });
      const source = made.stdout.apply((text) => new asset.StringAsset(text));
      new remote.CopyToRemote("unknown", { connection: connection(), source, remotePath: "/nowhere" });
    });
    await expect(preview).rejects.toThrow("either asset or archive must be set");
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
