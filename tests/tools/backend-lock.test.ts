import { isElsewhere, lockedError, locksIn, lockWords, parseLock } from "../../tools/backend-lock";

// As pkg/backend/diy/lock.go writes both.
const FILE = '{"pid":4711,"username":"alice","hostname":"laptop","timestamp":"2026-11-26T09:41:12.123456789+01:00"}';
const MESSAGE = `\`pulumi up\` ended with 255
error: the stack is currently locked by 2 lock(s). Either wait for the other process(es) to end or delete the lock file with \`pulumi cancel\`.
  s3://bucket/.pulumi/locks/organization/storm/prod/0c6b.json: created by alice@laptop (pid 4711) at 2026-11-26T08:41:12Z
  s3://bucket/.pulumi/locks/organization/storm/prod/77aa.json: created by CORP\\bob@ci-7 (pid 12) at 2026-11-26T09:41:12+01:00`;

test("a lock's file and the engine's message say the same", () => {
  expect(parseLock(FILE)).toEqual({
    pid: 4711,
    user: "alice",
    host: "laptop",
    since: "2026-11-26T09:41:12.123456789+01:00",
  });
  expect(locksIn(MESSAGE)).toEqual([
    { pid: 4711, user: "alice", host: "laptop", since: "2026-11-26T08:41:12Z" },
    { pid: 12, user: "CORP\\bob", host: "ci-7", since: "2026-11-26T09:41:12+01:00" },
  ]);
  expect(lockWords(parseLock(FILE))).toBe("alice@laptop (pid 4711) since 2026-11-26 08:41:12 UTC");
});

test.each(["", "{", '{"pid":'])("a file that a crash cut short is nobody's: %j", (text) => {
  expect(parseLock(text)).toEqual({ pid: 0 });
});

test("an older lock may have its number alone", () => {
  expect(lockWords({ pid: 12 })).toBe("pid 12");
  expect(isElsewhere({ pid: 12 })).toBe(false);
});

test("a lock of another machine is told apart", () => {
  expect([isElsewhere(parseLock(FILE), "server"), isElsewhere(parseLock(FILE), "laptop")]).toEqual([true, false]);
});

test("other errors of the engine are none", () => {
  expect(locksIn("error: could not read the stack's lock file")).toEqual([]);
});

test("the error says who, since when, and what to do", () => {
  expect(lockedError("prod", locksIn(MESSAGE))).toMatchObject({
    message:
      "stack prod is locked by alice@laptop (pid 4711) since 2026-11-26 08:41:12 UTC and CORP\\bob@ci-7 (pid 12) since 2026-11-26 08:41:12 UTC",
    hints: expect.arrayContaining([
      expect.stringMatching(/^Nothing was changed\. Wait/),
      "  npm run -s pulumi -- cancel --yes -s prod",
    ]),
  });
});
