// The engine starts this file; the pack itself is TypeScript, index.ts.
"use strict";

const { run } = require("../tools/bundled");
const { endUnheard } = require("../tools/end-unheard");
const { loadWhenUsed } = require("../tools/load-when-used");

endUnheard();
loadWhenUsed();
// The SDK must be the one that the engine's own part of the process has loaded.
module.exports = run("policy/index.ts", { folder: ".storm/policy", external: ["@pulumi/*"] });
