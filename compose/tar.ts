/** An entry of an archive. Folders end in "/"; a link's content is where it points to. */
export interface TarEntry {
  name: string;
  content: Buffer;
  type: "file" | "folder" | "link";
  executable: boolean;
}

const BLOCK = 512;
const TYPES = { file: "0", folder: "5", link: "2" } as const;

/** One entry in the ustar format, with no owner and no time: the same files always give the same bytes. */
export function tarEntry(entry: TarEntry): Buffer {
  const link = entry.type === "link" ? entry.content.toString() : "";
  const records = paxRecords({ path: entry.name, linkpath: link });
  const parts = records.length === 0 ? [] : [header("PaxHeader", records.length, "x", 0o644, ""), padded(records)];
  const content = entry.type === "file" ? entry.content : Buffer.alloc(0);
  const mode = entry.type === "folder" || entry.executable ? 0o755 : entry.type === "link" ? 0o777 : 0o644;
  parts.push(header(entry.name, content.length, TYPES[entry.type], mode, link), padded(content));
  return Buffer.concat(parts);
}

/** What ends an archive. */
export function tarEnd(): Buffer {
  return Buffer.alloc(2 * BLOCK);
}

/** ustar holds 100 bytes of a name; longer ones, and those beyond ASCII, go before it as extended records. */
function paxRecords(values: Record<string, string>): Buffer {
  const records = Object.entries(values).filter(([, value]) => !/^[\x20-\x7e]{0,100}$/.test(value));
  return Buffer.concat(
    records.map(([key, value]) => {
      const body = ` ${key}=${value}\n`;
      // The length counts its own digits.
      let length = Buffer.byteLength(body);
      while (length !== Buffer.byteLength(body) + String(length).length)
        length = Buffer.byteLength(body) + String(length).length;
      return Buffer.from(`${length}${body}`);
    }),
  );
}

function header(name: string, size: number, type: string, mode: number, link: string): Buffer {
  const block = Buffer.alloc(BLOCK);
  const octal = (value: number, width: number): string => `${value.toString(8).padStart(width - 1, "0")}\0`;
  const ascii = (text: string): string => text.replace(/[^\x20-\x7e]/g, "_").slice(0, 100);
  block.write(ascii(name), 0);
  block.write(octal(mode, 8) + octal(0, 8) + octal(0, 8) + octal(size, 12) + octal(0, 12), 100);
  block.write(`        ${type}${ascii(link)}`, 148);
  block.write("ustar\u000000", 257);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  return block;
}

function padded(content: Buffer): Buffer {
  return Buffer.concat([content, Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK)]);
}
