// The engine runs this file as it is; the program itself is TypeScript, index.ts.
//
// It is run from one bundled file, which loads in a fifth of the time, if every file that went into that bundle still has
// the same content. Otherwise it is compiled on the fly, and the bundle for the next run is made meanwhile.
"use strict";

const crypto = require("crypto");
const fs = require("fs");
const Module = require("module");
const path = require("path");

const folder = path.join(__dirname, ".storm", "program");
const bundle = path.join(folder, "program.js");
const list = path.join(folder, "inputs.json");

lightStackTraces();
lazySolver();
if (isFresh()) {
  module.exports = require(bundle);
} else {
  require("tsx/cjs");
  module.exports = require("./index.ts");
  setImmediate(() => void makeBundle().catch(() => undefined)); // without a bundle the next run does as this one
}

/**
 * The SDK takes a stack trace, each frame of it mapped to its source, for every promise and every resource: a sixth of a
 * preview's time, for what only its search for leaked promises shows. Those errors have no message; all others, and
 * that search, keep theirs.
 */
function lightStackTraces() {
  const whole = Error.prepareStackTrace;
  if (whole === undefined || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  Error.prepareStackTrace = (error, frames) => (error.message === "" ? String(error) : whole(error, frames));
}

/**
 * The SDK loads npm's dependency solver, 500 files and a third of a second, for programs that upload their functions: it is
 * loaded here when it is used. If a newer SDK asks for it in another way, it gets the whole of it at once.
 */
function lazySolver() {
  const sdk = path.dirname(require.resolve("@pulumi/pulumi"));
  const file = require.resolve("@npmcli/arborist", { paths: [sdk] });
  if (require.cache[file]) return;
  const whole = () => {
    delete require.cache[file];
    return require(file);
  };
  const exported = new Proxy({ __esModule: true }, { get: (own, key) => (key in own ? own[key] : whole()[key]) });
  require.cache[file] = Object.assign(new Module(file), { filename: file, loaded: true, exports: exported });
}

/** By content, not by time: a file may come back older than the bundle. */
function isFresh() {
  try {
    const inputs = JSON.parse(fs.readFileSync(list, "utf8"));
    // The bundle knows its sources' folders by name: it does not move with the checkout.
    if (inputs.root !== __dirname) return false;
    return Object.entries(inputs.files).every(
      ([file, hash]) => hashOf(fs.readFileSync(path.join(__dirname, file))) === hash,
    );
  } catch {
    return false;
  }
}

async function makeBundle() {
  const files = {};
  const note = (file, content) => (files[path.relative(__dirname, file)] = hashOf(content));
  const sources = {
    name: "sources",
    setup(build) {
      // Hashed is what is compiled, even when a file changes meanwhile.
      build.onLoad({ filter: /\.[cm]?[jt]s$/ }, ({ path: file }) => {
        const contents = fs.readFileSync(file, "utf8");
        note(file, contents);
        if (!file.endsWith(".ts")) return { contents, loader: "js" };
        // Some of ours read files that lie beside them.
        const place = `const __dirname = ${JSON.stringify(path.dirname(file))};`;
        return { contents: place + contents, loader: "ts" };
      });
    },
  };
  const esbuild = require("esbuild");
  const { metafile, outputFiles } = await esbuild.build({
    entryPoints: [path.join(__dirname, "index.ts")],
    outfile: bundle,
    absWorkingDir: __dirname,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node20",
    // The SDK must be the one that the engine's own part of the process has loaded.
    external: ["@pulumi/*"],
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "silent",
    plugins: [sources],
  });
  if (Object.keys(metafile.inputs).some((file) => !(file in files))) return;
  note(__filename, fs.readFileSync(__filename));
  fs.mkdirSync(folder, { recursive: true });
  for (const { path: file, contents } of outputFiles) {
    place(file, contents);
    note(file, contents);
  }
  // Last: two runs that build at once may mix their files, and then this list does not fit them.
  place(list, JSON.stringify({ root: __dirname, files }));
}

/** Writes a file so that it is never seen half written. */
function place(file, content) {
  fs.writeFileSync(`${file}.${process.pid}`, content);
  fs.renameSync(`${file}.${process.pid}`, file);
}

function hashOf(content) {
  return crypto.createHash("sha256").update(content).digest("hex");
}
