// Adds this checkout's policy pack to what plans or changes resources. Plain JavaScript: bootstrap.js needs it before anything is
// compiled.
"use strict";

const fs = require("fs");
const path = require("path");

const CHECKED = ["preview", "pre", "update", "up"];
/** Whoever names one of these means another pack, or another project. */
const SOMEBODY_KNOWS = /^(--policy-pack|--cwd|-C)(=|$)/;
/** Flags of every command that have no value. */
const WITHOUT_VALUE = [
  "--disable-integrity-checking",
  "--emoji",
  "-e",
  "--fully-qualify-stack-names",
  "-Q",
  "--help",
  "-h",
  "--logflow",
  "--logtostderr",
  "--non-interactive",
];
/** What storm.yml or stack config of a stack with cloud resources says somewhere, as a place to keep things or to serve names. */
const CLOUD = /aws|azure|digitalocean|route53|s3|spaces/i;
/** Keys that begin with a capital are providers', but for these: one that is new is a cloud. An environment's keys have a "_". */
const PROVIDER = /(^|[{,])\s*["']?(?!(Hostname|Local|Hosts)\b)[A-Z][A-Za-z0-9]*["']?\s*:/m;

/**
 * The arguments of the engine, with `--policy-pack` where the pack could find something. Its rules look at clouds' resources, and
 * storm.yml's own limits are checked before: a stack on this machine alone does not wait for it, unless the pack has limits of its own.
 */
function withPolicyPack(root, args, cwd = process.cwd()) {
  const at = commandAt(args);
  if (at < 0 || !CHECKED.includes(args[at]) || args.some((arg) => SOMEBODY_KNOWS.test(arg))) return args;
  if (isLocal(root, stackOf(args))) return args;
  const pack = path.relative(cwd, path.join(root, "policy")) || ".";
  return [...args.slice(0, at + 1), "--policy-pack", pack, ...args.slice(at + 1)];
}

/**
 * Place of the engine's command among its arguments, by the engine's own rule (cobra's): flags may come first, and one that is not of
 * every command has its value in the next argument, unless it has it after "=". -1: there is no command.
 */
function commandAt(args) {
  for (let at = 0; at < args.length; at++) {
    const arg = args[at];
    if (!arg.startsWith("-")) return at;
    const isOneFlag = arg.startsWith("--") || arg.length === 2;
    if (isOneFlag && !arg.includes("=") && !WITHOUT_VALUE.includes(arg)) at++;
  }
  return -1;
}

/** Undefined: the selected one, which only the engine knows. */
function stackOf(args) {
  const at = args.findIndex((arg) => arg === "-s" || arg === "--stack");
  if (at >= 0) return args[at + 1];
  const joined = args.find((arg) => arg.startsWith("--stack="));
  return joined && joined.slice("--stack=".length);
}

/** For the Automation API: the folders of the packs that the stack is checked with. */
function policyPacks(root, stack) {
  return isLocal(root, stack) ? [] : [path.join(root, "policy")];
}

/** Only if that is sure: a word too many costs a second, a word too few a check. */
function isLocal(root, stack) {
  try {
    if (stack === undefined || read(root, "policy/config.json").trim() !== "{}") return false;
    const name = stack.slice(stack.lastIndexOf("/") + 1);
    const config = read(root, `Pulumi.${name}.yaml`);
    const [, file = "storm.yml"] = /^\s*"?storm:file"?:\s*["']?(.+?)["']?\s*$/m.exec(config) || [];
    return [withoutPaths(config), read(root, file)].every((text) => !CLOUD.test(text) && !PROVIDER.test(text));
  } catch {
    return false;
  }
}

/** Without the values that are names of files or images, and the encryption salt, which may spell anything. */
function withoutPaths(config) {
  return config
    .split("\n")
    .filter((line) => !/^\s*"?(encryptionsalt|storm:file|nodeImage|cacheImage)"?:/.test(line))
    .join("\n");
}

function read(root, file) {
  return fs.readFileSync(path.resolve(root, file), "utf8");
}

module.exports = { policyPacks, stackOf, withPolicyPack };
