// With STORM_LAB=1 every command works on a checkout of the lab's own: the same sources by links, and plugins, backend, passphrase and
// stack config that a real stack never sees, nor sees them. Plain JavaScript: bootstrap.js needs it before anything is compiled.
"use strict";

const fs = require("fs");
const path = require("path");

/** Folder of the lab's checkout in a real one. */
function labRoot(root) {
  return path.join(root, ".storm", "lab");
}

/** The checkout that commands work on: this one, or the lab's in it. */
function workRoot(root, env) {
  return env.STORM_LAB === "1" ? labRoot(root) : root;
}

/** What a checkout keeps for itself. */
const OWN = /^(\.storm|\.git|Pulumi\..+\.yaml)$/;

/** Links whatever is at the top of the checkout into the lab's; links to what is no more go. */
function linkSources(root) {
  const folder = labRoot(root);
  fs.mkdirSync(folder, { recursive: true, mode: 0o700 });
  const wanted = fs.readdirSync(root).filter((name) => !OWN.test(name));
  for (const name of fs.readdirSync(folder)) {
    const file = path.join(folder, name);
    if (!wanted.includes(name) && fs.lstatSync(file).isSymbolicLink()) fs.unlinkSync(file);
  }
  for (const name of wanted) {
    try {
      fs.symlinkSync(path.join(root, name), path.join(folder, name));
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
  }
}

module.exports = { linkSources, workRoot };
