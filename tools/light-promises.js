// Keeps stack traces off the promises of Pulumi's SDK.
"use strict";

/**
 * The SDK takes a stack trace, each frame of it mapped to its source, for every promise: for what only its search for leaked promises shows.
 * @param debuggablePromise the SDK's function that does so
 */
function withoutTrace(debuggablePromise) {
  if (process.env.PULUMI_DEBUG_PROMISE_LEAKS) return debuggablePromise;
  return (promise, context) => {
    const { stackTraceLimit } = Error;
    Error.stackTraceLimit = 0;
    try {
      return debuggablePromise(promise, context);
    } finally {
      Error.stackTraceLimit = stackTraceLimit;
    }
  };
}

module.exports = { withoutTrace };
