/**
 * The `command` plugin for nodes that there are not: each command is over at once, says what the real one would, and is written down in
 * the file STORM_TEST_COMMANDS of the engine's environment. That of the name STORM_TEST_FAILING fails.
 */
import { appendFileSync } from "node:fs";
import { CONNECTION_FIELD } from "../../lab/plugins/command/connection";
import { CopyToRemote } from "../../lab/plugins/command/copy-to-remote";
import { commandType, LIFECYCLE_FIELDS, PROCESS_FIELDS } from "../../lab/plugins/command/lifecycle";
import { commandPlugin } from "../../lab/plugins/command/plugin";
import type { ResourceType } from "../../lab/plugins/shared/resource";
import { serve } from "../../lab/plugins/shared/serve";

const FIELDS = { ...LIFECYCLE_FIELDS, ...PROCESS_FIELDS, connection: CONNECTION_FIELD };

const answering = commandType(FIELDS, ({ name }, _, { stdin, triggers }) => {
  const { STORM_TEST_COMMANDS: file, STORM_TEST_FAILING: failing } = process.env;
  if (failing === name) return Promise.reject(new Error(`${name} failed, as it was told to`));
  // A key of the machine's own: the first trigger is its id.
  const publicKey = `key of ${JSON.stringify(triggers)}`;
  if (file !== undefined) appendFileSync(file, `${JSON.stringify({ name, stdin, publicKey })}\n`);
  return Promise.resolve({ stdout: JSON.stringify({ publicKey }), stderr: "" });
});

/** What is copied is there at once, too. */
const copied: ResourceType = {
  ...CopyToRemote,
  create: ({ name }, given) => Promise.resolve({ id: name, state: given }),
};

void serve({
  ...commandPlugin,
  resources: {
    ...commandPlugin.resources,
    "command:remote:Command": answering,
    "command:remote:CopyToRemote": copied,
  },
});
