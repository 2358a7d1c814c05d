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
