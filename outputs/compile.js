// Makes compiled.js, which is what `require("storm/outputs")` loads: Pulumi's own TypeScript runtime leaves packages alone, and
// other projects have their own settings. It is committed, so that they need nothing of this repository's tools.
"use strict";

const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { buildSync } = require("esbuild");

/** @returns {string} the text of compiled.js */
function compiled() {
  const { outputFiles } = buildSync({
    entryPoints: [join(__dirname, "index.ts")],
    absWorkingDir: __dirname,
    bundle: true,
    write: false,
    platform: "node",
    target: "node20",
    format: "cjs",
    external: ["@pulumi/pulumi", "zod"],
    banner: { js: "// Generated from index.ts by `npm run outputs`." },
  });
  return outputFiles[0].text;
}

module.exports = { compiled };
if (require.main === module) writeFileSync(join(__dirname, "compiled.js"), compiled());
