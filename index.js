// The engine runs this file as it is; the program itself is TypeScript, index.ts.
"use strict";

const { run } = require("./tools/bundled");
const { endUnheard } = require("./tools/end-unheard");
const { withoutTrace } = require("./tools/light-promises");
const { loadWhenUsed } = require("./tools/load-when-used");
const { askState } = require("./tools/ask-state");

endUnheard();
lightStackTraces();
loadWhenUsed();
quietSdk();
quickErrors();
module.exports = program;

/** The engine reads the state while the program is loaded, which keeps this process busy for as long. */
async function program() {
  await withoutDebugger();
  const state = await askState();
  // The SDK must be the one that the engine's own part of the process has loaded.
  const exported = run("index.ts", { folder: ".storm/program", external: ["@pulumi/*"] });
  return typeof exported === "function" ? exported(state) : exported;
}

/**
 * The SDK debugs its own process to serialize functions, of which Storm has none: V8 hashes each file then that is loaded, and notes where
 * each promise came from. This takes the debugger away.
 */
async function withoutDebugger() {
  const session = await require("@pulumi/pulumi/runtime/closure/v8Hooks").getSessionAsync();
  session.disconnect();
}

/**
 * For every promise and every resource the SDK takes a stack trace, each frame of it mapped to its source: a sixth of a
 * preview's time. Those errors have no message; all others keep their traces.
 */
function lightStackTraces() {
  const debuggable = require("@pulumi/pulumi/runtime/debuggable");
  const whole = Error.prepareStackTrace;
  if (whole === undefined || process.env.PULUMI_DEBUG_PROMISE_LEAKS) return;
  Error.prepareStackTrace = (error, frames) => (error.message === "" ? String(error) : whole(error, frames));
  debuggable.debuggablePromise = withoutTrace(debuggable.debuggablePromise);
}

/**
 * The SDK tells the engine several times about each resource what it is about to do, each time by a call of its own: a tenth
 * of a preview's time, for what `pulumi --debug` alone shows. With STORM_DEBUG=1 it does.
 */
function quietSdk() {
  if (process.env.STORM_DEBUG) return;
  require("@pulumi/pulumi/log").debug = () => Promise.resolve();
}

/**
 * The SDK shows an error by util.inspect with colours, which never ends with a frame such as "node_modules/@pulumi/resource.ts" (its
 * source maps leave a folder out): Node.js 20 looks for the next slash until the text is too long, 11 s later.
 */
function quickErrors() {
  const ends = (line) => !/[\\/]node_modules[\\/]@pulumi[\\/][^\\/]*$/.test(line);
  const trim = (error) => {
    if (error && typeof error.stack === "string") error.stack = error.stack.split("\n").filter(ends).join("\n");
  };
  for (const event of ["uncaughtException", "unhandledRejection"]) process.prependListener(event, trim);
}
