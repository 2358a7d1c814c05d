/** `command:remote:CopyFile`, deprecated upstream: one local file by path; any change replaces. */
import { hexId } from "../shared/handlers";
import type { Fields } from "../shared/fields";
import { diffFields, type ResourceType } from "../shared/resource";
import { revealMap } from "../shared/values";
import { CONNECTION_FIELD } from "./connection";
import { dial } from "./dial";
import { connectionOf } from "./remote";
import { text } from "./settings";
import { openSftp, writeFile } from "./sftp";

const FIELDS: Fields = {
  connection: { ...CONNECTION_FIELD, change: "replace" },
  triggers: { type: "list", change: "replace" },
  localPath: { type: "string", required: true, change: "replace" },
  remotePath: { type: "string", required: true, change: "replace" },
};

export const CopyFile: ResourceType = {
  inputs: FIELDS,
  diff: (oldInputs, _oldState, inputs) => diffFields(FIELDS, oldInputs, inputs),
  preview: (inputs) => inputs,
  async create(call, inputs) {
    const settings = revealMap(inputs);
    const connection = await dial(call, connectionOf(settings));
    try {
      const sftp = await openSftp(connection.client);
      await writeFile(sftp, { path: text(settings, "localPath") ?? "" }, text(settings, "remotePath") ?? "");
    } finally {
      connection.close();
    }
    return { id: hexId(), state: inputs };
  },
};
