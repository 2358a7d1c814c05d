/** Offline stand-in of the `command` plugin: the official package's tokens, inputs, outputs and diff rules. */
import type { Plugin } from "../shared/resource";
import { CopyFile } from "./copy-file";
import { CopyToRemote } from "./copy-to-remote";
import { LocalCommand, localRun } from "./local";
import { RemoteCommand } from "./remote";

export const commandPlugin: Plugin = {
  name: "command",
  version: "1.2.1",
  resources: {
    "command:local:Command": LocalCommand,
    "command:remote:Command": RemoteCommand,
    "command:remote:CopyToRemote": CopyToRemote,
    "command:remote:CopyFile": CopyFile,
  },
  functions: { "command:local:run": localRun },
};
