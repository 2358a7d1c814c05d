// For every program that the engine starts by the Pulumi SDK.
"use strict";

/**
 * Ends the process once nobody reads what it says: its engine and the language host were killed. The SDK reports every error on standard
 * error when the engine does not take it, that standard error is closed, too, and goes on so for ever, each time with a little more memory.
 */
function endUnheard() {
  for (const stream of [process.stdout, process.stderr]) stream.on("error", () => process.exit(1));
}

module.exports = { endUnheard };
