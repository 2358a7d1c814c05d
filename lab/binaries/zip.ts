import { inflateRawSync } from "node:zlib";

const endOfDirectory = 0x06054b50;
const directoryEntry = 0x02014b50;

/** The content of one file of a ZIP archive: enough for a publisher's archive of one program, without `unzip`. */
export function unzip(archive: Buffer, name: string): Buffer {
  const end = archive.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || archive.readUInt32LE(end) !== endOfDirectory) throw new Error("not a ZIP archive");
  let at = archive.readUInt32LE(end + 16);
  while (at < end && archive.readUInt32LE(at) === directoryEntry) {
    const lengths = [28, 30, 32].map((offset) => archive.readUInt16LE(at + offset));
    const [nameLength = 0, extraLength = 0, commentLength = 0] = lengths;
    if (archive.toString("utf8", at + 46, at + 46 + nameLength) === name) return contentOf(archive, at);
    at += 46 + nameLength + extraLength + commentLength;
  }
  throw new Error(`the ZIP archive has no ${name}`);
}

function contentOf(archive: Buffer, entry: number): Buffer {
  const [method, size] = [archive.readUInt16LE(entry + 10), archive.readUInt32LE(entry + 20)];
  const header = archive.readUInt32LE(entry + 42);
  const start = header + 30 + archive.readUInt16LE(header + 26) + archive.readUInt16LE(header + 28);
  const data = archive.subarray(start, start + size);
  if (method === 0) return data;
  if (method === 8) return inflateRawSync(data);
  throw new Error(`ZIP method ${method} is unknown`);
}
