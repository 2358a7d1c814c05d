// Node packages as package-lock.json has them, installed only when node_modules does not hold them already. Safe to
// interrupt (the stamp is written last) and to run twice at once (a lock file).
"use strict";

const fs = require("fs");
const path = require("path");
const crypto = require("crypto");

/** Brings node_modules up to package-lock.json; throws with what to do. Returns whether anything was installed. */
function nodePackages(root) {
  const stamp = path.join(root, "node_modules", ".storm-stamp");
  const wanted = fingerprint(root);
  if (read(stamp) === wanted) return false;
  if (installedMatches(root)) {
    fs.writeFileSync(stamp, wanted);
    return false;
  }
  const folder = path.join(root, ".storm", "logs");
  fs.mkdirSync(folder, { recursive: true });
  const release = lock(path.join(root, ".storm", "node-packages.lock"));
  try {
    if (read(stamp) === wanted) return false;
    install(root, path.join(folder, "npm.log"));
    fs.writeFileSync(stamp, wanted);
    return true;
  } finally {
    release();
  }
}

/** The lock file, and what chooses platform packages. */
function fingerprint(root) {
  const lockFile = fs.readFileSync(path.join(root, "package-lock.json"));
  const platform = [process.platform, process.arch].join("-");
  return crypto.createHash("sha256").update(lockFile).update(platform).digest("hex");
}

/** True when somebody's own npm already left every package of the lock file in place. */
function installedMatches(root) {
  const wanted = packagesOf(path.join(root, "package-lock.json"));
  const found = packagesOf(path.join(root, "node_modules", ".package-lock.json"));
  if (wanted === undefined || found === undefined) return false;
  return Object.keys(wanted).every((name) => {
    if (name === "" || wanted[name].optional) return true;
    return found[name] !== undefined && found[name].integrity === wanted[name].integrity;
  });
}

function packagesOf(file) {
  const text = read(file);
  try {
    return text === undefined ? undefined : JSON.parse(text).packages;
  } catch {
    return undefined;
  }
}

function install(root, log) {
  const began = Date.now();
  process.stderr.write("Node packages: installing with npm (about a minute, once)\n");
  const out = fs.openSync(log, "w");
  const npm = process.env.npm_execpath;
  const [command, first] = npm !== undefined && npm.endsWith(".js") ? [process.execPath, [npm]] : ["npm", []];
  // Not `npm ci`: it refuses a lock file that lacks another system's optional package, and npm leaves those out that the
  // registry in use does not serve. With --no-save the lock file is followed, checksums included, and never written.
  const args = first.concat([
    "install",
    "--no-save",
    "--include=dev",
    "--no-audit",
    "--no-fund",
    "--no-update-notifier",
  ]);
  const result = require("child_process").spawnSync(command, args, { cwd: root, stdio: ["ignore", out, out] });
  fs.closeSync(out);
  if (result.error !== undefined) {
    throw new Error(
      "cannot run npm: " + result.error.message + ". npm comes with Node.js; Debian has it as package npm.",
    );
  }
  if (result.status !== 0) {
    throw new Error("npm could not install the Node packages (whole log: " + log + "):\n  " + reasons(read(log) || ""));
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  process.stderr.write("Node packages ".padEnd(36, ".") + " [ ok ]  " + seconds + "s\n");
}

/** What npm calls errors, without its advice. */
function reasons(log) {
  const lines = log.split("\n").map((line) => line.trim());
  const errors = lines.filter((line) => /^npm error \S/.test(line) && !/complete log of this run/.test(line));
  return (errors.length > 0 ? errors.slice(0, 8) : lines.slice(-8)).join("\n  ");
}

/** An exclusive lock that a crash cannot leave behind for good: it names its owner, and a dead owner's is taken over. */
function lock(file) {
  for (let said = false; ; said = true) {
    try {
      fs.writeFileSync(file, processName(process.pid), { flag: "wx" });
      return () => fs.rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== "EEXIST") throw error;
    }
    const owner = read(file);
    // An empty file is an owner that has not written its name yet; give it a moment before calling it dead.
    if (!owner) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 300);
    if (read(file) === owner && !alive(owner)) {
      takeAway(file, owner);
      continue;
    }
    if (!said) {
      process.stderr.write(
        "Node packages: waiting for process " + parseInt(owner, 10) + ", which is installing them\n",
      );
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 200);
  }
}

/**
 * Removes a dead owner's lock. Two may be about to: each moves the file to a name of its own, and one that finds that it took the
 * lock of somebody who was quicker puts it back.
 */
function takeAway(file, owner) {
  const mine = file + "." + process.pid;
  try {
    fs.renameSync(file, mine);
    if (read(mine) !== owner) fs.linkSync(mine, file);
  } catch (error) {
    // Gone, or somebody's again: the next round sees.
    if (error.code !== "ENOENT" && error.code !== "EEXIST") throw error;
  }
  fs.rmSync(mine, { force: true });
}

/** A process's id and when it started: after a reboot, and in the next container, the id alone is another's. */
function processName(pid) {
  const stat = fs.readFileSync("/proc/" + pid + "/stat", "utf8");
  return pid + ":" + stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
}

function alive(name) {
  try {
    return processName(parseInt(name, 10)) === name;
  } catch {
    return false;
  }
}

function read(file) {
  try {
    return fs.readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}

module.exports = { nodePackages, installedMatches, lock };
