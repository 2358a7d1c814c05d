/** `command:remote:Command`: one command over SSH. */
import { constants } from "node:os";
import type { Fields } from "../shared/fields";
import { isMap } from "../shared/fields";
import type { Call } from "../shared/resource";
import type { ValueMap } from "../shared/values";
import { Capture, previousOutput } from "./capture";
import { CONNECTION_FIELD } from "./connection";
import { dial, type Connection } from "./dial";
import { endCommands } from "./end-commands";
import { commandType, LIFECYCLE_FIELDS, PROCESS_FIELDS } from "./lifecycle";
import { Session } from "./session";
import { text, textMap } from "./settings";

const REMOTE_FIELDS: Fields = { ...LIFECYCLE_FIELDS, ...PROCESS_FIELDS, connection: CONNECTION_FIELD };

export const RemoteCommand = commandType(REMOTE_FIELDS, async (call, command, settings, previous) => {
  const connection = await dial(call, connectionOf(settings));
  try {
    const session = await Session.open(connection.client);
    await setEnvironment(call, session, settings, previous);
    return await execute(call, connection, session, command, settings);
  } finally {
    connection.close();
  }
});

/** The connection's settings; the check made sure that they are there. */
export function connectionOf(settings: ValueMap): ValueMap {
  const connection = settings["connection"];
  if (!isMap(connection)) {
    throw new Error("connection: missing required property");
  }
  return connection;
}

async function setEnvironment(call: Call, session: Session, settings: ValueMap, previous: ValueMap): Promise<void> {
  for (const [name, value] of Object.entries(textMap(settings["environment"]))) {
    await session.setenv(name, value).catch((error: unknown) => {
      call.log.error(refusedVariable(name));
      throw error;
    });
  }
  for (const [name, value] of Object.entries(previousOutput(settings, previous))) {
    await session.setenv(name, value).catch(() => call.log.warn(refusedVariable(name)));
  }
}

function refusedVariable(name: string): string {
  return (
    `Unable to set '${name}'. This only works if your SSH server is configured to accept these variables via ` +
    `AcceptEnv. Alternatively, if a Bash-like shell runs the command on the remote host, you could prefix the ` +
    `command itself with the variables in the form 'VAR=value command'`
  );
}

async function execute(
  call: Call,
  { client }: Connection,
  session: Session,
  command: string,
  settings: ValueMap,
): Promise<ValueMap> {
  const { channel } = session;
  const capture = new Capture(call.log, settings["logging"]);
  channel.on("data", (data: Buffer) => capture.add("stdout", data));
  channel.stderr.on("data", (data: Buffer) => capture.add("stderr", data));
  let failure: string | undefined = "wait: remote command exited without exit status or exit signal";
  channel.on("exit", (code: number | null, signal?: string) => {
    failure = code === 0 ? undefined : exitReason(code, signal);
  });
  const closed = new Promise<void>((resolve) => channel.once("close", () => resolve()));
  let cancelled: (() => void) | undefined;
  const killed = new Promise<void>((resolve) => {
    // Not the deadline: as with the official plugin, `customTimeouts` bound the dialling and not the command.
    cancelled = () => void endCommands(client).then(resolve);
    call.signal.addEventListener("abort", cancelled, { once: true });
  });
  try {
    call.signal.throwIfAborted();
    await session.exec(command);
    channel.on("error", () => undefined);
    channel.end(text(settings, "stdin") ?? "");
    await Promise.race([closed, killed]);
  } finally {
    call.signal.removeEventListener("abort", cancelled ?? (() => undefined));
    capture.end();
  }
  if (failure) {
    throw new Error(`${failure}: running ${JSON.stringify(command)}:\n${capture.interleaved()}`);
  }
  return { stdout: capture.output("stdout"), stderr: capture.output("stderr") };
}

function exitReason(code: number | null, signal: string | undefined): string {
  const name = signal?.replace(/^SIG/, "");
  if (name === undefined) {
    return `Process exited with status ${code ?? 128}`;
  }
  const numbers: { readonly [signal: string]: number } = constants.signals;
  return `Process exited with status ${128 + (numbers[`SIG${name}`] ?? 0)} from signal ${name}`;
}
