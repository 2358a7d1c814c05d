// Keeps out of a Pulumi program, a policy pack or a test what it does not use of the SDK.
"use strict";

const Module = require("module");
const path = require("path");

/** In the program's process: loads what is asked for past what stands in for it. */
function loadWhenUsed() {
  const load = (file) => {
    delete require.cache[file];
    return require(file);
  };
  for (const [file, standIn] of standIns(load)) if (!require.cache[file]) put(file, standIn());
}

/**
 * The SDK loads 600 files that nothing here uses, 0.4 s: npm's dependency solver and TypeScript, for programs that upload
 * their functions, and the Automation API. They are loaded here when something asks them for something.
 * @param load gives the module of a file
 * @returns what makes the exports that stand in for a file's
 */
function standIns(load) {
  const sdk = path.dirname(require.resolve("@pulumi/pulumi"));
  const names = ["@npmcli/arborist", "@pulumi/pulumi/typescript-shim", "@pulumi/pulumi/automation"];
  const files = names.map((name) => require.resolve(name, { paths: [sdk] }));
  // The SDK takes this function out of its module while it loads, so the function itself waits.
  const codePaths = path.join(sdk, "runtime", "closure", "codePaths.js");
  return new Map([
    ...files.map((file) => [file, () => waiting(once(() => load(file)))]),
    [codePaths, () => waitingFunction(once(() => load(codePaths)))],
  ]);
}

function waiting(whole) {
  return new Proxy({ __esModule: true }, { get: (own, key) => (key in own ? own[key] : whole()[key]) });
}

function waitingFunction(whole) {
  return { __esModule: true, computeCodePaths: (...args) => whole().computeCodePaths(...args) };
}

/** At the first call, once. */
function once(load) {
  let exported;
  return () => (exported ??= load());
}

function put(file, exports) {
  require.cache[file] = Object.assign(new Module(file), { filename: file, loaded: true, exports });
}

module.exports = { loadWhenUsed, standIns };
