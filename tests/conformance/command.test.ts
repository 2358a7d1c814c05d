/** What the `command` plugin does on the real engine, against a real OpenSSH server. See engine.ts for STORM_PLUGIN. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asset, secret } from "@pulumi/pulumi";
import { local, remote } from "@pulumi/command";
import { Lab, SUITE_TIMEOUT_MS } from "./engine";
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

const connection = (): { host: string; port: number; user: string; privateKey: string; hostKey: string } => ({
  host: "127.0.0.1",
  port: sshd.port,
  user: sshd.user,
  privateKey: sshd.privateKey,
  hostKey: sshd.hostKey,
});
/** A file in which commands leave a trace of having run. */
const traceFile = (name: string): string => join(lab.dir, `trace-${name}`);
const trace = (name: string): Promise<string> => readFile(traceFile(name), "utf8").catch(() => "");

describe("remote.Command", () => {
  it("passes stdin and environment, and trims one newline of each output", async () => {
    const { outputs, changes } = await lab.up(async () => {
      const command = new remote.Command("echo", {
        connection: connection(),
        create: `cat; printf "$STORM_GREETING\\n\\n"; echo problem >&2`,
        stdin: "from stdin\n",
        environment: { STORM_GREETING: "from environment" },
      });
      return { stdout: command.stdout, stderr: command.stderr, id: command.id };
    });
    expect(changes).toMatchObject({ create: 2 });
    expect(outputs["stdout"]?.value).toBe("from stdin\nfrom environment\n");
    expect(outputs["stderr"]?.value).toBe("problem");
    expect(outputs["id"]?.value).toMatch(/^echo[0-9a-f]{8}$/);
  });

  it("runs nothing without a change, update on a change, create where there is no update, delete at the end", async () => {
    const program = (stdin: string, update?: string) => async (): Promise<void> => {
      const to = (word: string): string => `echo "${word} $(cat) [$PULUMI_COMMAND_STDOUT]" >> ${traceFile("cycle")}; echo ${word}`;
      new remote.Command("cycle", {
        connection: connection(),
        create: to("create"),
        update: update === undefined ? undefined : to(update),
        delete: to("delete"),
        stdin,
      });
    };
    await lab.up(program("one", "update"));
    expect((await lab.up(program("one", "update"))).changes).toEqual({ same: 2 });
    expect((await lab.up(program("two", "update"))).changes).toMatchObject({ update: 1 });
    expect((await lab.up(program("two"))).changes).toMatchObject({ update: 1 });
    await lab.up(() => Promise.resolve());
    expect((await trace("cycle")).trim().split("\n")).toEqual([
      "create one []",
      "update two [create]",
      "create two [update]",
      "delete two [create]",
    ]);
  });

  it("replaces on a changed trigger even with an update command, the new one first", async () => {
    const program = (trigger: string, deleteBeforeReplace: boolean) => async (): Promise<void> => {
      const to = (word: string): string => `echo ${word} >> ${traceFile("trigger")}`;
      const args = { connection: connection(), create: to("create"), update: to("update"), delete: to("delete") };
      new remote.Command("trigger", { ...args, triggers: [trigger] }, { deleteBeforeReplace });
    };
    await lab.up(program("a", false));
    expect((await lab.up(program("b", false))).changes).toMatchObject({ replace: 1 });
    expect((await trace("trigger")).trim().split("\n")).toEqual(["create", "create", "delete"]);
    await lab.up(program("c", true));
    expect((await trace("trigger")).trim().split("\n").slice(3)).toEqual(["delete", "create"]);
  });

  it("reports a failing command with its text and output, and keeps the old state", async () => {
    const program = (create: string) => async (): Promise<void> => {
      new remote.Command("fails", { connection: connection(), create });
    };
    await lab.up(program("true"));
    const error = await lab.failingUp(program("echo before the end; exit 7"));
    expect(error).toContain(`Process exited with status 7: running "echo before the end; exit 7":`);
    expect(error).toContain("before the end");
    expect((await lab.up(program("true"))).changes).toEqual({ same: 2 });
  });

  it("fails before the command runs when the server refuses a variable", async () => {
    const error = await lab.failingUp(async () => {
      const create = `echo ran >> ${traceFile("refused")}`;
      new remote.Command("refused", { connection: connection(), create, environment: { NOT_ACCEPTED: "x" } });
    });
    expect(error).toContain(`could not set environment variable "NOT_ACCEPTED"`);
    expect(await trace("refused")).toBe("");
  });

  it("sends nothing to a server with another host key", async () => {
    const server = await startRecordingServer(await readFile(join(lab.dir, "sshd", "host"), "utf8"));
    const program = (hostKey: string) => async (): Promise<void> => {
      const to = { ...connection(), port: server.port, hostKey, dialErrorLimit: 1 };
      new remote.Command("mismatch", { connection: to, create: "echo for the right server only" });
    };
    try {
      const other = await readFile(join(lab.dir, "sshd", "client.pub"), "utf8");
      expect(await lab.failingUp(program(other))).toContain("after 1 failed attempts: ssh: handshake failed: ssh: host key mismatch");
      expect(server.events).toEqual(["connected", "connected"]);
      await lab.up(program(sshd.hostKey));
      expect(server.events).toContain("exec echo for the right server only");
    } finally {
      await server.stop();
    }
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

  it("goes through a proxy", async () => {
    const { outputs } = await lab.up(async () => {
      const command = new remote.Command("proxied", {
        connection: { ...connection(), proxy: connection() },
        create: "echo $SSH_CONNECTION",
      });
      return { stdout: command.stdout };
    });
    expect(outputs["stdout"]?.value).toContain(`127.0.0.1 ${sshd.port}`);
  });
});

describe("secrets and logs", () => {
  it("keeps given secrets out of state and log, and outputs where they are declared secret", async () => {
    const { log, outputs } = await lab.up(async () => {
      const quiet = new remote.Command(
        "quiet",
        {
          connection: connection(),
          create: "cat; echo $STORM_KEY >&2",
          stdin: secret("canary-stdin"),
          environment: { STORM_KEY: secret("canary-environment") },
          logging: "none",
        },
        { additionalSecretOutputs: ["stdout", "stderr"] },
      );
      const here = new local.Command("here", { create: "cat > /dev/null", stdin: secret("canary-local") });
      return { stdout: quiet.stdout, stderr: quiet.stderr, here: here.stdin };
    });
    expect(outputs["stdout"]).toEqual({ value: "canary-stdin", secret: true });
    expect(outputs["stderr"]).toEqual({ value: "canary-environment", secret: true });
    expect(outputs["here"]).toEqual({ value: "canary-local", secret: true });
    const key = sshd.privateKey.split("\n")[1] ?? "";
    for (const text of [await lab.state(), log]) {
      expect(text).not.toContain("canary-");
      expect(text).not.toContain(key);
    }
  });

  it("does not make outputs secret by itself: the trap that additionalSecretOutputs is for", async () => {
    const { outputs } = await lab.up(async () => {
      const command = new remote.Command("plain", { connection: connection(), create: "cat", stdin: secret("shown") });
      return { stdout: command.stdout };
    });
    expect(outputs["stdout"]).toEqual({ value: "shown", secret: false });
  });

  it("logs the streams that `logging` names", async () => {
    const { log } = await lab.up(async () => {
      for (const logging of ["stdout", "stderr", "stdoutAndStderr", "none", undefined] as const) {
        const create = `echo out-$STORM_NAME; echo err-$STORM_NAME >&2`;
        const environment = { STORM_NAME: logging ?? "unset" };
        new remote.Command(`log-${logging ?? "unset"}`, { connection: connection(), create, environment, logging });
      }
    });
    const seen = [...log.matchAll(/(out|err)-(stdout|stderr|stdoutAndStderr|none|unset)\b/g)].map(([word]) => word);
    expect([...new Set(seen)].sort()).toEqual(
      ["err-stderr", "err-stdoutAndStderr", "err-unset", "out-stdout", "out-stdoutAndStderr", "out-unset"].sort(),
    );
  });
});

describe("local commands", () => {
  it("runs with interpreter, folder, stdin and environment, and returns files by glob", async () => {
    const dir = join(lab.dir, "work");
    await mkdir(join(dir, "sub"), { recursive: true });
    await writeFile(join(dir, "sub", "secret.txt"), "no");
    const { outputs } = await lab.up(async () => {
      const command = new local.Command("work", {
        create: `pwd; cat; echo "$GREETING"; echo made > made.txt; echo two > sub/two.txt`,
        interpreter: ["/bin/sh", "-e", "-c"],
        dir,
        stdin: "from stdin\n",
        environment: { GREETING: "from environment" },
        assetPaths: ["**.txt", "!**secret*"],
      });
      const invoked = local.runOutput({ command: "echo invoked; exit 0" });
      return { stdout: command.stdout, files: command.assets.apply((assets) => Object.keys(assets ?? {}).sort()), invoked: invoked.stdout };
    });
    expect(outputs["stdout"]?.value).toBe(`${dir}\nfrom stdin\nfrom environment`);
    expect(outputs["files"]?.value).toEqual(["made.txt", "sub/two.txt"]);
    expect(outputs["invoked"]?.value).toBe("invoked");
  });

  it("reports the exit status", async () => {
    const error = await lab.failingUp(async () => {
      new local.Command("fails", { create: "echo so far; exit 3" });
    });
    expect(error).toContain(`exit status 3: running "echo so far; exit 3":`);
    expect(error).toContain("so far");
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
    expect((await lab.up(program("one"))).changes).toEqual({ same: 4 });
    expect((await lab.up(program("two"))).changes).toMatchObject({ update: 1, same: 3 });
    expect(await read("deep", "text")).toBe("two");
  });

  it("refuses a source that only exists after another resource", async () => {
    const { error } = await lab
      .preview(async () => {
        const made = new local.Command("made", { create: "echo content" });
        const source = made.stdout.apply((text) => new asset.StringAsset(text));
        new remote.CopyToRemote("unknown", { connection: connection(), source, remotePath: "/nowhere" });
      })
      .then(
        () => ({ error: "" }),
        (failure: Error) => ({ error: failure.message }),
      );
    expect(error).toContain("either asset or archive must be set");
  });
});

describe("preview and checks", () => {
  it("runs nothing in a preview, and passes unknown values on", async () => {
    const { changes } = await lab.preview(async () => {
      const first = new remote.Command("first", { connection: connection(), create: `touch ${traceFile("preview")}` });
      const host = first.stdout.apply(() => "127.0.0.1");
      new remote.Command("second", {
        connection: { ...connection(), host },
        create: first.stdout,
        triggers: [first.stdout],
      });
    });
    expect(changes).toMatchObject({ create: 2 });
    expect(await trace("preview")).toBe("");
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
