import * as path from "node:path";
import { build } from "esbuild";

/** The program and the MongoDB driver in one file, as the Dockerfile wants it. The same sources always give the same bytes. */
export async function buildGuestbook(outDir = path.join(__dirname, "dist")): Promise<string> {
  const outfile = path.join(outDir, "server.js");
  await build({
    // Paths in the bundle's comments are relative to this, whatever the caller's folder is.
    absWorkingDir: __dirname,
    entryPoints: ["src/server.ts"],
    outfile,
    bundle: true,
    platform: "node",
    target: "node20",
    format: "cjs",
    minifySyntax: true,
    minifyWhitespace: true,
    legalComments: "none",
    logLevel: "error",
  });
  return outfile;
}

if (require.main === module) {
  buildGuestbook().then(console.log, (error: unknown) => {
    console.error(error);
    process.exitCode = 1;
  });
}
