import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { recordOf } from "../../../cli/gitops/compare";
import { readRecord } from "../../../cli/gitops/record";
import { temporaryFolder } from "../../tools/support";
import { shown } from "./shown";

const folder = temporaryFolder();
const file = join(folder, "record.json");
const record = recordOf(shown(), { key: Buffer.alloc(32), sealed: "v1:sealed" });

test("what was written is read", () => {
  writeFileSync(file, JSON.stringify(record));
  expect(readRecord(file, "dev")).toEqual(record);
});

test.each([
  ["of another stack", JSON.stringify({ ...record, stack: "prod" }), /is the record of a preview of stack prod$/],
  ["cut off", JSON.stringify(record).slice(0, 40), /is no record of a preview of this version: .*JSON/],
  ["of another version", JSON.stringify({ ...record, schemaVersion: 2 }), /of this version: .*schemaVersion/],
  ["without digests", JSON.stringify({ ...record, digests: undefined }), /of this version: .*digests/],
])("nothing is applied by a record %s", (_, text, reason) => {
  writeFileSync(file, text);
  expect(() => readRecord(file, "dev")).toThrow(reason);
  expect(() => readRecord(file, "dev")).toThrow(/^nothing was changed: /);
});

test("nor without one", () => {
  expect(() => readRecord(join(folder, "none.json"), "dev")).toThrow("nothing was changed: there is no record");
});
