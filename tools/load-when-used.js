// Keeps out of a Pulumi program, or a policy pack, what it does not use of the SDK.
"use strict";

const Module = require("module");
const path = require("path");

/**
 * The SDK loads 600 files that nothing here uses, 0.4 s: npm's dependency solver, for programs that upload their
 * functions, and the Automation API. They are loaded here when something asks them for something.
 */
function loadWhenUsed() {
  const sdk = path.dirname(require.resolve("@pulumi/pulumi"));
  for (const name of ["@npmcli/arborist", "@pulumi/pulumi/automation"]) {
    const file = require.resolve(name, { paths: [sdk] });
    if (require.cache[file]) continue;
    const whole = later(file);
    const exported = new Proxy({ __esModule: true }, { get: (own, key) => (key in own ? own[key] : whole()[key]) });
    put(file, exported);
  }
  // The SDK takes this function out of its module while it loads, so the function itself waits.
  const file = path.join(sdk, "runtime", "closure", "codePaths.js");
  if (require.cache[file]) return;
  const whole = later(file);
  put(file, { __esModule: true, computeCodePaths: (...args) => whole().computeCodePaths(...args) });
}

/** Gives the module of a file that something stands in for: loaded at the first call, once. */
function later(file) {
  let exported;
  return () => {
    if (exported === undefined) {
      delete require.cache[file];
      exported = require(file);
    }
    return exported;
  };
}

function put(file, exports) {
  require.cache[file] = Object.assign(new Module(file), { filename: file, loaded: true, exports });
}

module.exports = { loadWhenUsed };
