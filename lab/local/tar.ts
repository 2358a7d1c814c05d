/** A file to put into a container. */
export interface TarFile {
  /** Absolute, inside the container. Folders that are missing are made by Docker, 0755 root. */
  path: string;
  /** Text, as UTF-8, or bytes as they are. */
  content: string | Buffer;
  /** Permission bits, e.g. 0o600. The owner is root. */
  mode: number;
}

const BLOCK = 512;

/**
 * An archive in ustar form. Docker takes files only as tar; an archive of small regular files needs one header form,
 * so it is written here and no package is needed.
 */
export function tar(files: readonly TarFile[]): Buffer {
  const blocks = files.flatMap((file) => {
    const content = Buffer.from(file.content);
    const padding = Buffer.alloc((BLOCK - (content.length % BLOCK)) % BLOCK);
    return [header(file, content.length), content, padding];
  });
  // Two empty blocks end an archive.
  return Buffer.concat([...blocks, Buffer.alloc(2 * BLOCK)]);
}

function header(file: TarFile, size: number): Buffer {
  const [prefix, name] = splitName(file.path);
  const block = Buffer.alloc(BLOCK);
  block.write(name, 0, 100, "utf8");
  octal(block, file.mode, 100, 8);
  octal(block, 0, 108, 8); // owner root
  octal(block, 0, 116, 8); // group root
  octal(block, size, 124, 12);
  octal(block, Math.floor(Date.now() / 1000), 136, 12);
  block.write("        ", 148, "ascii"); // the checksum counts as blanks while it is summed up
  block.write("0", 156, "ascii"); // regular file
  block.write("ustar\u000000", 257, "ascii");
  block.write("root", 265, "ascii");
  block.write("root", 297, "ascii");
  block.write(prefix, 345, 155, "utf8");
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.write(`${sum.toString(8).padStart(6, "0")}\u0000 `, 148, "ascii");
  return block;
}

function octal(block: Buffer, value: number, offset: number, length: number): void {
  block.write(value.toString(8).padStart(length - 1, "0"), offset, "ascii");
}

/** ustar holds 100 bytes of name and 155 of the folder before it. */
function splitName(path: string): [prefix: string, name: string] {
  const relative = path.replace(/^\/+/, "");
  if (Buffer.byteLength(relative) <= 100) return ["", relative];
  for (let slash = relative.indexOf("/"); slash > 0; slash = relative.indexOf("/", slash + 1)) {
    const prefix = relative.slice(0, slash);
    const name = relative.slice(slash + 1);
    if (Buffer.byteLength(prefix) <= 155 && Buffer.byteLength(name) <= 100) return [prefix, name];
  }
  throw new Error(`file path is too long for an archive: ${path}`);
}
