import * as fs from "node:fs";
import * as path from "node:path";
import { build } from "esbuild";

/**
 * The program and the MongoDB driver in one file, as the Dockerfile wants it. The same sources always give the same bytes, and a file
 * that has them already is left as it is: tools/ready.ts looks at its time.
 */
export async function buildGuestbook(outDir = path.join(__dirname, "dist")): Promise<string> {
  const outfile = path.join(outDir, "server.js");
  const { outputFiles } = await build({
    // Paths in the bundle's comments are relative to this, whatever the caller's folder is.
    absWorkingDir: __dirname,
    entryPoints: ["src/server.ts"],
    outfile,
    write: false,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "error",
  });
  const bundle = Buffer.from(outputFiles[0]?.contents ?? []);
  if (!bundle.equals(contentOf(outfile))) {
    fs.mkdirSync(outDir, { recursive: true });
    // Seen whole or not at all: another command may be reading it.
    const partial = `${outfile}.${process.pid}`;
    fs.writeFileSync(partial, bundle);
    fs.renameSync(partial, outfile);
  }
  return outfile;
}

function contentOf(file: string): Buffer {
  try {
    return fs.readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

if (require.main === module) {
  buildGuestbook().then(console.log, (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
