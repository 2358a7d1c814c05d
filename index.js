// The engine runs this file as it is; everything else is TypeScript, compiled on the fly without type checks.
require("tsx/cjs");
module.exports = require("./index.ts");
