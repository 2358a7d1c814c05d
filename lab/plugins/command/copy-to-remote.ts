/** `command:remote:CopyToRemote`: a file, a text or a folder over SFTP. */
import { hexId } from "../shared/handlers";
import type { Fields } from "../shared/fields";
import { diffFields, type Call, type ResourceType } from "../shared/resource";
import { Asset, reveal, revealMap, Unknown, type ValueMap } from "../shared/values";
import { CONNECTION_FIELD } from "./connection";
import { dial } from "./dial";
import { connectionOf } from "./remote";
import { text } from "./settings";
import { copyPath, copyText, openSftp } from "./sftp";

const FIELDS: Fields = {
  connection: CONNECTION_FIELD,
  triggers: { type: "list", change: "replace" },
  source: { type: "asset", required: true },
  remotePath: { type: "string", required: true },
};

export const CopyToRemote: ResourceType = {
  inputs: FIELDS,
  check(inputs) {
    const source = reveal(inputs["source"] ?? null);
    if (source instanceof Unknown) {
      // So does version 1.2.1 of the official plugin (pulumi-command#1183): a program must not rely on the contrary.
      return [{ property: "asset", reason: "either asset or archive must be set; an unknown source is not supported" }];
    }
    if (!(source instanceof Asset) || source.source.path !== undefined) {
      return [];
    }
    if (source.kind === "archive") {
      return [{ property: "archive", reason: "archive must be a path to a file or directory" }];
    }
    return source.source.text === undefined
      ? [{ property: "asset", reason: "asset must be a path-based file asset or a text asset" }]
      : [];
  },
  diff: (oldInputs, _oldState, inputs) => diffFields(FIELDS, oldInputs, inputs),
  preview: (inputs) => inputs,
  async create(call, inputs) {
    await copy(call, inputs);
    return { id: hexId(), state: inputs };
  },
  async update(call, oldState, inputs) {
    const [before, after] = [revealMap(oldState), revealMap(inputs)];
    if (hashOf(before) !== hashOf(after) || before["remotePath"] !== after["remotePath"]) {
      await copy(call, inputs);
    }
    return inputs;
  },
};

function hashOf(settings: ValueMap): string | undefined {
  const source = settings["source"];
  return source instanceof Asset ? source.source.hash : undefined;
}

async function copy(call: Call, inputs: ValueMap): Promise<void> {
  const settings = revealMap(inputs);
  const { source, remotePath } = { source: settings["source"], remotePath: text(settings, "remotePath") ?? "" };
  if (!(source instanceof Asset)) {
    throw new Error("source: must be an asset or an archive");
  }
  const connection = await dial(call, connectionOf(settings));
  try {
    const sftp = await openSftp(connection.client);
    if (source.source.path !== undefined) {
      await copyPath(sftp, source.source.path, remotePath);
    } else {
      await copyText(sftp, source.source.text ?? "", remotePath);
    }
  } finally {
    connection.close();
  }
}
