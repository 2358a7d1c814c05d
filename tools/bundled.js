// Runs a TypeScript entry point from one bundled file, which loads in a fifth of the time, if every file that went into that
// bundle still has the same content. Otherwise it is compiled on the fly, and the bundle for the next run is made meanwhile.
"use strict";

const crypto = require("crypto");
const fs = require("fs");
const Module = require("module");
const path = require("path");
const v8 = require("v8");
const vm = require("vm");

// What is loaded here runs for a second or two, in several processes at once: V8 optimizes later than after its own 66 KiB of bytecode, for
// most of that work would be done when its fruit is no longer wanted. A fifth of a preview's processor time was compilation.
v8.setFlagsFromString("--interrupt-budget=1000000");

const root = path.dirname(__dirname);
const LIST = "inputs.json";
const BUNDLE = "bundle.js";
// What is wanted, and what npm last installed.
const PACKAGE_LISTS = ["package-lock.json", "node_modules/.package-lock.json"];

/**
 * @param entry a .ts file, relative to the checkout
 * @param folder where its bundle is kept, relative to the checkout
 * @param external packages that stay outside of the bundle
 * @returns what the entry point exports
 */
function run(entry, { folder, external = [] }) {
  const place = path.join(root, folder);
  if (isFresh(place, external)) return load(path.join(place, BUNDLE));
  require("tsx/cjs");
  const exported = require(path.join(root, entry));
  // Without a bundle the next run does as this one.
  setImmediate(() => void make(path.join(root, entry), place, external).catch(() => undefined));
  return exported;
}

/**
 * Loads a bundle with V8's code cache beside it: its functions come compiled. A Node.js of another version refuses the
 * cache by itself; of another content V8 sees no more than the length, so the cache's name has a hash of it.
 */
function load(file) {
  const source = fs.readFileSync(file, "utf8");
  const cache = `${file}.${hashOf(source).slice(0, 16)}-${process.version}.cache`;
  const script = new vm.Script(Module.wrap(source), { filename: file, cachedData: readIfThere(cache) });
  const module = Object.assign(new Module(file), { filename: file });
  script.runInThisContext()(module.exports, Module.createRequire(file), module, file, path.dirname(file));
  // Later: what ran by then is in the cache too.
  if (script.cachedDataRejected !== false) setTimeout(() => keep(cache, script), 250).unref();
  return module.exports;
}

function keep(cache, script) {
  try {
    const folder = path.dirname(cache);
    const old = fs.readdirSync(folder).filter((name) => name.endsWith(".cache"));
    write(cache, script.createCachedData());
    for (const name of old) if (name !== path.basename(cache)) fs.rmSync(path.join(folder, name), { force: true });
  } catch {
    // a folder that can not be written: it goes without
  }
}

/** By content, not by time: a file may come back older than the bundle. */
function isFresh(place, external) {
  try {
    const inputs = JSON.parse(fs.readFileSync(path.join(place, LIST), "utf8"));
    // The bundle knows its sources' folders by name: it does not move with the checkout.
    if (inputs.root !== root || String(inputs.external) !== String(external)) return false;
    return Object.entries(inputs.files).every(([file, hash]) => currentHash(path.join(root, file)) === hash);
  } catch {
    return false;
  }
}

/** Of a file, or of a folder (its name ends with a slash): which sources are in it, for some are found by their name. */
function currentHash(file) {
  if (!file.endsWith("/")) return hashOf(fs.readFileSync(file));
  const sources = fs.readdirSync(file).filter((name) => name.endsWith(".ts"));
  return hashOf(sources.sort().join());
}

async function make(entry, place, external) {
  const files = {};
  const note = (file, content) => (files[path.relative(root, file)] = hashOf(content));
  const packages = path.join(root, "node_modules");
  for (const file of PACKAGE_LISTS) note(path.join(root, file), fs.readFileSync(path.join(root, file)));
  const sources = {
    name: "sources",
    setup(build) {
      // Hashed is what is compiled, even when a file changes meanwhile.
      build.onLoad({ filter: /\.([cm]?[jt]s|json)$/ }, ({ path: file }) => {
        const contents = fs.readFileSync(file, "utf8");
        if (!file.startsWith(packages + path.sep)) note(file, contents);
        if (!file.endsWith(".ts")) return { contents, loader: file.endsWith(".json") ? "json" : "js" };
        // Some of ours read files that lie beside them.
        return { contents: `const __dirname = ${JSON.stringify(path.dirname(file))};${contents}`, loader: "ts" };
      });
    },
  };
  const esbuild = require("esbuild");
  const { metafile, outputFiles } = await esbuild.build({
    entryPoints: [entry],
    outfile: path.join(place, BUNDLE),
    absWorkingDir: root,
    bundle: true,
    write: false,
    metafile: true,
    platform: "node",
    target: "node20",
    external,
    sourcemap: "linked",
    sourcesContent: false,
    logLevel: "silent",
    plugins: [sources],
  });
  const noted = (file) => file in files || file.startsWith("node_modules/");
  if (!Object.keys(metafile.inputs).every(noted)) return;
  note(__filename, fs.readFileSync(__filename));
  for (const folder of new Set(Object.keys(metafile.inputs).map((file) => `${path.dirname(file)}/`)))
    if (!folder.startsWith("node_modules/")) files[folder] = currentHash(path.join(root, folder));
  fs.mkdirSync(place, { recursive: true });
  for (const { path: file, contents } of outputFiles) {
    write(file, contents);
    if (path.basename(file) === BUNDLE) note(file, contents);
  }
  // Last: two runs that build at once may mix their files, and then this list does not fit them.
  write(path.join(place, LIST), JSON.stringify({ root, external, files }));
}

/** Writes a file so that it is never seen half written. */
function write(file, content) {
  fs.writeFileSync(`${file}.${process.pid}`, content);
  fs.renameSync(`${file}.${process.pid}`, file);
}

function readIfThere(file) {
  try {
    return fs.readFileSync(file);
  } catch {
    return undefined;
  }
}

function hashOf(content) {
  return crypto.createHash("sha256").update(content).digest("hex");
}

module.exports = { run };

// `node bundled.js FILE ARGS`: a bundle that was made by others.
if (require.main === module) {
  process.argv.splice(1, 1);
  load(path.resolve(process.argv[1]));
}
