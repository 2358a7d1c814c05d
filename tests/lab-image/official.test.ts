import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { type Server, createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { OutOfReach, download, officialFirst, probe } from "../../lab/binaries/official";
import { unzip } from "../../lab/binaries/zip";

const content = "the program";
const sum = createHash("sha256").update(content).digest("hex");
const pages: Record<string, string> = {
  "/tool.zip": content,
  "/sums": `${sum}  tool.zip\n`,
  "/wrong": `${"0".repeat(64)}  tool.zip\n`,
  "/other": `${sum}  other.zip\n`,
};

let server: Server;
let base: string;
let folder: string;
const mode = process.env.STORM_SETUP;

beforeAll(async () => {
  server = createServer((request, response) => {
    const page = pages[request.url ?? ""];
    response.statusCode = page === undefined ? 404 : 200;
    response.end(page);
  });
  await new Promise<void>((done) => server.listen(0, "127.0.0.1", done));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.close();
  if (mode === undefined) delete process.env.STORM_SETUP;
  else process.env.STORM_SETUP = mode;
});
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "storm-official-test-"));
  delete process.env.STORM_SETUP;
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

describe("a download", () => {
  test("that its publisher's checksum confirms", async () => {
    await download(`${base}/tool.zip`, `${base}/sums`, join(folder, "tool.zip"));
    expect(readFileSync(join(folder, "tool.zip"), "utf8")).toBe(content);
  });

  test("with another checksum is refused, and not left as if it were right", async () => {
    const wrong = download(`${base}/tool.zip`, `${base}/wrong`, join(folder, "tool.zip"));
    await expect(wrong).rejects.toThrow(/has SHA-256 .* publisher says 0000/);
    expect(readdirSync(folder)).not.toContain("tool.zip");
  });

  test("without a checksum is refused", async () => {
    await expect(download(`${base}/tool.zip`, `${base}/other`, join(folder, "x"))).rejects.toThrow("no checksum");
  });

  test("from where nothing answers is out of reach", async () => {
    const refused = "http://127.0.0.1:1/tool.zip";
    await expect(download(refused, refused, join(folder, "x"))).rejects.toThrow(OutOfReach);
    await expect(probe(refused)).rejects.toThrow(/^127\.0\.0\.1:1 is out of reach \(/);
    await probe(`${base}/not-there`);
  });
});

describe("the publisher first", () => {
  const from = (value: string, had?: string) => ({ had: async () => had, get: async () => value });
  const away = { get: () => Promise.reject(new OutOfReach("get.example is out of reach (no answer)")) };
  const lines: string[] = [];
  const report = (line: string) => void lines.push(line);
  beforeEach(() => {
    lines.length = 0;
  });

  test("when it can be reached", async () => {
    expect(await officialFirst(report, from("official"), from("built"))).toBe("official");
    expect(lines).toEqual([]);
  });

  test("and package registries when not, in one line", async () => {
    expect(await officialFirst(report, away, from("built"))).toBe("built");
    expect(lines).toEqual(["get.example is out of reach (no answer); using package registries instead"]);
  });

  test("but nobody is asked for what is there already", async () => {
    expect(await officialFirst(report, away, from("built", "built before"))).toBe("built before");
    expect(lines).toEqual([]);
  });

  test("and never package registries after a wrong checksum", async () => {
    const wrong = { get: () => Promise.reject(new Error("wrong checksum")) };
    await expect(officialFirst(report, wrong, from("built"))).rejects.toThrow("wrong checksum");
  });

  test("STORM_SETUP allows only one of the two", async () => {
    process.env.STORM_SETUP = "registries";
    expect(await officialFirst(report, from("official", "official before"), from("built"))).toBe("built");
    process.env.STORM_SETUP = "official";
    await expect(officialFirst(report, away, from("built"))).rejects.toThrow("out of reach");
  });
});

describe("a ZIP archive", () => {
  const archive = Buffer.concat(zipEntry());

  test("gives a file's content", () => {
    expect(unzip(archive, "consul").toString()).toBe(content);
  });

  test("without the file, or no archive at all, is an error", () => {
    expect(() => unzip(archive, "vault")).toThrow("has no vault");
    expect(() => unzip(Buffer.from("<html>"), "consul")).toThrow("not a ZIP archive");
  });

  /** Local header, data, directory and its end, with one deflated file "consul". */
  function zipEntry(): Buffer[] {
    const name = Buffer.from("consul");
    const data = deflateRawSync(content);
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    local.writeUInt16LE(8, 8);
    local.writeUInt16LE(name.length, 26);
    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(8, 10);
    entry.writeUInt32LE(data.length, 20);
    entry.writeUInt32LE(content.length, 24);
    entry.writeUInt16LE(name.length, 28);
    const end = Buffer.alloc(22);
    end.writeUInt32LE(0x06054b50, 0);
    end.writeUInt32LE(30 + name.length + data.length, 16);
    return [local, name, data, entry, name, end];
  }
});
