/** @type {import("jest").Config} */
module.exports = {
  testEnvironment: "node",
  transform: { "^.+\\.ts$": ["@swc/jest", { jsc: { target: "es2022", parser: { syntax: "typescript" } } }] },
  setupFiles: ["<rootDir>/tests/light-sdk.js"],
  modulePathIgnorePatterns: ["<rootDir>/.storm/", "<rootDir>/dist/"],
  // Half of them by default: of two processors one.
  maxWorkers: "100%",
  testMatch: ["**/tests/**/*.test.ts"],
};
