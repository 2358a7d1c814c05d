/** storm:hosts:Host: a machine that exists already, made a node, and made what it was before when it is deleted. */
import * as z from "zod";
import type { BaseOutputs, Resource } from "../local/resource";
import { fingerprint, secret } from "../local/values";
import type * as Ssh from "./ssh";
import type { HostLogin, Said } from "./ssh";

/** With packages from a slow mirror. */
const BIRTH_SECONDS = 1_800;
const RESTORE_SECONDS = 600;

const schema = z.strictObject({
  name: z.string().min(1),
  cluster: z.string().min(1),
  address: z.string().min(1),
  port: z.int(),
  user: z.string().min(1),
  hostKey: z.string().min(1),
  privateKey: z.string().min(1),
  /** Python; see boot/hosts/birth.py. */
  program: z.string(),
  /** JSON for the program: files and units. */
  document: z.string(),
});

type Inputs = z.infer<typeof schema>;

interface Outputs extends BaseOutputs {
  /** Of this birth: another when the machine was made a node anew. */
  birth: string;
  /** What the host's address leads to. */
  ipv4: string;
  login: HostLogin;
}

/** Another address or host key is another machine. How to get in may change: it is used when the time comes. */
const REPLACE_ON = ["name", "cluster", "address", "hostKey"] as const;
const UPDATE_ON = ["port", "user", "privateKey"] as const;

/** @param warn tells the user what a delete could not do, and is no reason to fail */
export function hostResource(warn: (message: string) => Promise<void>): Resource<Inputs, Outputs> {
  return {
    schema,
    replaceOn: REPLACE_ON,
    updateOn: UPDATE_ON,
    async create(inputs) {
      const { name, cluster, user } = inputs;
      const document = { ...(JSON.parse(inputs.document) as object), name, cluster, user };
      const input = JSON.stringify({ program: inputs.program, document });
      const { said, ipv4 } = await onHost(login(inputs), ssh().RUN_PROGRAM, input, BIRTH_SECONDS);
      if (said.code !== 0) throw await takenBack(inputs, said);
      const { id: birth } = JSON.parse(said.stdout) as { id: string };
      return { id: birth, outputs: outputs(inputs, birth, ipv4) };
    },
    // Nothing is asked of a host for a refresh: a dead one must not stop it.
    read: (_id, state) => Promise.resolve({ ...state, login: sealed(state.login) }),
    update: (_id, state, inputs) => Promise.resolve(outputs(inputs, state.birth, state.ipv4)),
    delete: (_id, state) => restore(state.login, warn),
  };
}

function outputs(inputs: Inputs, birth: string, ipv4: string): Outputs {
  const compared = fingerprint(inputs, [...REPLACE_ON, ...UPDATE_ON]);
  return { birth, ipv4, login: sealed(login(inputs)), fingerprint: compared };
}

function login({ name, address, port, user, hostKey, privateKey }: Inputs): HostLogin {
  return { name, address, port, user, hostKey, privateKey };
}

/** A secret of the state; whoever reads it back gets it plain (see `incoming`). */
function sealed(value: HostLogin): HostLogin {
  return secret(value) as unknown as HostLogin;
}

/** A host that is off, or is another machine by now, has nothing to be restored now: that is said, and no failure. */
async function restore(to: HostLogin, warn: (message: string) => Promise<void>): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const { said } = await onHost(to, ssh().RESTORE, "", RESTORE_SECONDS);
      if (said.code !== 0) throw failure(to, said);
      const { notes } = JSON.parse(said.stdout || '{"notes": []}') as { notes: string[] };
      for (const note of notes) await warn(`${to.name}: ${note}`);
      return;
    } catch (error) {
      if (!(error instanceof ssh().Unreachable)) throw error;
      // A connection that broke half way: once more, the script goes on where it was.
      if (!error.answers && error.message.includes("broke") && tries === 1) continue;
      if (error.answers) throw new Error(`${to.name} (${to.user}@${to.address}): ${error.message}`);
      await warn(
        `${to.name} (${to.address}) was not restored: ${error.message}. Once it is back, run there: ` +
          "sudo python3 /usr/local/lib/storm/storm_restore.py",
      );
      return;
    }
  }
}

/** A create that fails leaves nothing in the state: no destroy would ever restore the machine. */
async function takenBack(inputs: Inputs, said: Said): Promise<Error> {
  const undone = await onHost(login(inputs), ssh().TAKE_BACK, "", RESTORE_SECONDS).then(
    (undo) => undo.said.code === 0,
    () => false,
  );
  const after = undone
    ? "the machine is as it was before"
    : "and it could not be taken back either: run `pulumi up` again, which goes on from there";
  return new Error(`${failure(inputs, said).message} (${after})`);
}

async function onHost(to: HostLogin, command: string, input: string, seconds: number) {
  const { client, ipv4 } = await ssh().connect(to);
  try {
    return { said: await ssh().execute(client, command, input, seconds), ipv4 };
  } finally {
    client.end();
  }
}

function failure({ name, user, address }: Pick<HostLogin, "name" | "user" | "address">, said: Said): Error {
  return new Error(`${name} (${user}@${address}): ${ssh().startFailure(said, user)}`);
}

/** On demand: a cluster without hosts loads no SSH client. */
function ssh(): typeof Ssh {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- as said above
  return require("./ssh") as typeof Ssh;
}
