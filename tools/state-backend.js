// Which backend the engine keeps state in. Plain JavaScript: bootstrap.js needs it before anything is compiled.
"use strict";

const path = require("path");

/** Settings of the engine that say where state is and what opens it: the user's, or this checkout's, never some of both. */
const OPENS = ["PULUMI_CONFIG_PASSPHRASE", "PULUMI_CONFIG_PASSPHRASE_FILE"];

/** This checkout's own state and passphrase, made by set-up. */
function ownFolder(root) {
  return path.join(root, ".storm", "state");
}

/** Whether state is in this checkout's own folder: unless PULUMI_BACKEND_URL leads elsewhere. */
function isOwnBackend(env, root) {
  const url = env.PULUMI_BACKEND_URL;
  if (!url) return true;
  return url.startsWith("file://") && path.resolve(root, url.slice("file://".length)) === ownFolder(root);
}

/**
 * The environment with the settings of the backend in it. The user's own backend is as the user has set it, with what opens it. This
 * checkout's own is opened by its passphrase file: the engine would prefer a passphrase of the user's, even an empty one.
 */
function withBackend(env, root) {
  if (!isOwnBackend(env, root)) return env;
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !OPENS.includes(name)));
  return {
    ...own,
    PULUMI_BACKEND_URL: `file://${ownFolder(root)}`,
    PULUMI_CONFIG_PASSPHRASE_FILE: path.join(root, ".storm", "passphrase"),
  };
}

module.exports = { isOwnBackend, withBackend };
