/** How the `command` plugin fails, connects and copies. See engine.ts for STORM_PLUGIN. */
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { asset } from "@pulumi/pulumi";
import { local, remote } from "@pulumi/command";
import { Lab, SUITE_TIMEOUT_MS } from "./engine";
import { startRecordingServer } from "./recording-server";
import { type Connection, connectionTo, freePort, startSshd, type Sshd } from "./sshd";

jest.setTimeout(SUITE_TIMEOUT_MS);

let lab: Lab;
let sshd: Sshd;

beforeAll(async () => {
  lab = await Lab.start("command");
  sshd = await startSshd(join(lab.dir, "sshd"));
});
afterAll(async () => {
  await lab?.stop();
  await sshd?.stop();
});

const connection = (): Connection => connectionTo(sshd);

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
      const create = `echo ran >> ${join(lab.dir, "refused")}`;
      new remote.Command("refused", { connection: connection(), create, environment: { NOT_ACCEPTED: "x" } });
    });
    expect(error).toContain(`could not set environment variable "NOT_ACCEPTED"`);
    await expect(readFile(join(lab.dir, "refused"))).rejects.toThrow("ENOENT");
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
