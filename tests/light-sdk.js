// Before each test file: its copy of Pulumi's SDK is as light as the program's own (docs/decisions/13-quiet-sdk.md).
"use strict";

const { withoutTrace } = require("../tools/light-promises");
const { standIns } = require("../tools/load-when-used");

for (const [file, standIn] of standIns((file) => jest.requireActual(file))) jest.doMock(file, standIn);

const debuggable = require.resolve("@pulumi/pulumi/runtime/debuggable");
jest.doMock(debuggable, () => {
  const actual = jest.requireActual(debuggable);
  return { ...actual, debuggablePromise: withoutTrace(actual.debuggablePromise) };
});

// An engine that gives up hangs up on calls that are still under way. Pulumi lets such errors pass in a handler of the process, which
// under jest is jest's own and counts them as failures of whatever runs then. Real failures reach the test as the engine's own error.
const rpc = require.resolve("@pulumi/pulumi/runtime/rpc");
jest.doMock(rpc, () => {
  const { isGrpcError } = jest.requireActual("@pulumi/pulumi/errors");
  const passHungUp = (error) => {
    if (!isGrpcError(error)) throw error;
  };
  return { ...jest.requireActual(rpc), suppressUnhandledGrpcRejections: (promise) => promise.catch(passHungUp) };
});
