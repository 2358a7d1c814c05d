#!/usr/bin/env node
// The way in to every command, in plain JavaScript without dependencies: it runs before there is a node_modules folder.
// It checks Node.js, gets the Node packages when they are missing or out of date, then runs the command in this same
// process; `pulumi` goes straight to the engine when set-up has nothing left to do (see tools/ready.ts).
"use strict";

const fs = require("fs");
const path = require("path");
const { linkSources, workRoot } = require("./lab-root.js");
const { nodePackages } = require("./node-packages.js");
const { withPolicyPack } = require("./policy-pack.js");
const { readReady } = require("./read-ready.js");
const { withBackend } = require("./state-backend.js");

const sources = path.dirname(__dirname);
// 20.12 brought the last of what is used.
const oldest = [20, 12];

function main(args) {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
    fail(
      "Storm needs Node.js " +
        oldest.join(".") +
        " or later; this is " +
        process.versions.node +
        ".\n" +
        "Install a current Node.js (for example with your system's package manager or nvm) and run the command again.",
    );
  }
  thisMachinesDocker(process.env);
  if (args[0] === "lab" || args[0] === "demo") process.env.STORM_LAB = "1";
  try {
    nodePackages(sources);
    if (process.env.STORM_LAB === "1") linkSources(sources);
  } catch (error) {
    fail(error.message);
  }
  // The lab's daemon may have to be started first.
  if (args[0] === "pulumi" && process.env.STORM_LAB !== "1" && runReadyEngine(args.slice(1))) return;
  // tsx writes no files into the checkout and compiles on the fly; its cache makes the second start quick.
  require("tsx/cjs");
  void require("../cli/main.ts").main(args);
}

/**
 * `eval $(npx storm env dev)` points DOCKER_HOST at the cluster, and the docker client may have a context of its own. Storm
 * itself always means the engine of this machine: a DOCKER_HOST that is no local socket is none of ours.
 */
function thisMachinesDocker(env) {
  if (!(env.DOCKER_HOST || "").startsWith("unix://")) env.DOCKER_HOST = "unix:///var/run/docker.sock";
  for (const name of ["DOCKER_TLS_VERIFY", "DOCKER_CERT_PATH", "DOCKER_CONTEXT"]) delete env[name];
}

/** Runs the engine that an earlier set-up recorded as complete. False when set-up has to look again. */
function runReadyEngine(args) {
  const root = workRoot(sources, process.env);
  const ready = readReady(root, process.env);
  if (ready === undefined || args.length === 0) return false;
  const { spawn } = require("child_process");
  const own = { STORM_RUN: runId("cli"), STORM_ROOT: root };
  const env = withBackend(Object.assign({}, process.env, ready.env, own), root);
  env.PATH = ready.path + path.delimiter + (process.env.PATH || "");
  const given = withPolicyPack(root, args[0] === "--" ? args.slice(1) : args);
  const engine = spawn(ready.engine, given, { stdio: "inherit", env });
  // A terminal's Ctrl-C reaches the engine by itself, and npm repeats it: a second one would make the engine give up its
  // orderly end. So it is passed on only where no terminal does, once.
  let passed = false;
  process.on("SIGINT", () => {
    if (!process.stdin.isTTY && !passed) engine.kill("SIGINT");
    passed = true;
  });
  for (const signal of ["SIGTERM", "SIGHUP"]) process.on(signal, () => engine.kill(signal));
  engine.on("error", (error) => fail("cannot run " + ready.engine + ": " + error.message));
  engine.on("exit", (code, signal) => {
    process.exitCode = code === null ? 128 + (require("os").constants.signals[signal] || 0) : code;
  });
  return true;
}

/** Names the process that owns a run: recovery tells a dead run's processes by it (tools/processes.ts reads it). */
function runId(kind) {
  const stat = fs.readFileSync("/proc/self/stat", "utf8");
  const start = stat.slice(stat.lastIndexOf(")") + 2).split(" ")[19];
  return [kind, process.pid, start].join(":");
}

function fail(message) {
  process.stderr.write("error: " + message + "\n");
  process.exit(1);
}

main(process.argv.slice(2));
