// Reads what set-up recorded (tools/ready.ts), if all of it is still so. Plain JavaScript: bootstrap.js needs it before
// anything is compiled.
"use strict";

const fs = require("fs");
const path = require("path");

/** The record, or undefined when set-up has to look again. */
function readReady(root, env) {
  try {
    const ready = JSON.parse(fs.readFileSync(path.join(root, ".storm", "ready.json"), "utf8"));
    if (ready.format !== 4 || ready.root !== root) return undefined;
    if (ready.setup !== (env.STORM_SETUP || "") || ready.given !== (env.STORM_PULUMI || "")) return undefined;
    const changed = ready.watched.some(([file, mark]) => {
      const found = fs.statSync(file);
      return mark !== found.mtimeMs + ":" + found.size;
    });
    return changed ? undefined : ready;
  } catch {
    return undefined;
  }
}

module.exports = { readReady };
