/** storm:hosts:Check: looks at every machine before anything is changed on one, and fails once, with everything it found. */
import * as z from "zod";
import type { BaseOutputs, Resource } from "../local/resource";
import { fingerprint } from "../local/values";
import type * as Ssh from "./ssh";
import type { HostLogin } from "./ssh";

/** Seconds that clocks may differ: certificates and Consul's tokens are valid from now on. */
const MAX_SKEW_SECONDS = 30;
const CHECK_SECONDS = 60;
const AT_ONCE = 25;

const host = z.strictObject({
  name: z.string().min(1),
  address: z.string().min(1),
  port: z.int(),
  user: z.string().min(1),
  hostKey: z.string().min(1),
  /** For the program. */
  document: z.string(),
});

const schema = z.strictObject({
  cluster: z.string(),
  hosts: z.array(host),
  privateKey: z.string(),
  /** Python; see boot/hosts/check.py. */
  program: z.string(),
});

type Inputs = z.infer<typeof schema>;
type Host = Inputs["hosts"][number];

/** What was seen of a host that passed. */
interface Passed {
  address: string;
  port: number;
  user: string;
  hostKey: string;
  machineId: string;
  hostName: string;
}

interface Outputs extends BaseOutputs {
  passed: Record<string, Passed>;
}

interface Report {
  findings: string[];
  machineId: string;
  hostName: string;
  time: number;
}

export function checkResource(): Resource<Inputs, Outputs> {
  const outputs = (inputs: Inputs, passed: Outputs["passed"]): Outputs => ({
    passed,
    fingerprint: fingerprint(comparable(inputs), ["hosts"]),
  });
  return {
    schema,
    replaceOn: [],
    updateOn: ["hosts"],
    comparable,
    create: async (inputs) => ({ id: "hosts", outputs: outputs(inputs, await checkAll(inputs, {})) }),
    read: (_id, state) => Promise.resolve(state),
    update: async (_id, state, inputs) => outputs(inputs, await checkAll(inputs, state.passed)),
    // It made nothing.
    delete: () => Promise.resolve(),
  };
}

/** A new version's further checks are for new hosts. */
function comparable({ hosts }: Inputs) {
  return { hosts: hosts.map(identity).sort((a, b) => (a.name < b.name ? -1 : 1)) };
}

function identity({ name, address, port, user, hostKey }: Host) {
  return { name, address, port, user, hostKey };
}

/** A host that passed before is left alone: it is a node now, and may be the dead one that is to be replaced. */
async function checkAll(inputs: Inputs, before: Outputs["passed"]): Promise<Outputs["passed"]> {
  const found = new Map<string, string[]>(inputs.hosts.map(({ name }) => [name, []]));
  const passed: Outputs["passed"] = {};
  const waiting = inputs.hosts.filter((each) => {
    const old = before[each.name];
    if (!old || !sameLogin(old, each)) return true;
    passed[each.name] = old;
    return false;
  });
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const report = await look(inputs, next);
      found.get(next.name)?.push(...report.findings);
      const { address, port, user, hostKey } = next;
      passed[next.name] = { address, port, user, hostKey, machineId: report.machineId, hostName: report.hostName };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  for (const [name, message] of twins(passed)) found.get(name)?.push(message);
  const failed = inputs.hosts.filter(({ name }) => (found.get(name) ?? []).length > 0);
  if (failed.length === 0) return passed;
  const lines = failed.flatMap(({ name, user, address }) =>
    (found.get(name) ?? []).map((finding) => `  ${name} (${user}@${address}): ${finding}`),
  );
  const count = `${failed.length} of ${inputs.hosts.length} ${inputs.hosts.length === 1 ? "host" : "hosts"}`;
  throw new Error([`${count} cannot become nodes yet; nothing was changed on any host:`, ...lines].join("\n"));
}

function sameLogin(old: Passed, now: Host): boolean {
  return (["address", "port", "user", "hostKey"] as const).every((key) => old[key] === now[key]);
}

async function look({ cluster, privateKey, program }: Inputs, each: Host): Promise<Report> {
  const nothing: Report = { findings: [], machineId: "", hostName: "", time: 0 };
  const login: HostLogin = { ...identity(each), privateKey };
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- on demand: a cluster without hosts loads no SSH client
  const ssh = require("./ssh") as typeof Ssh;
  try {
    const { client } = await ssh.connect(login);
    try {
      const document = { ...(JSON.parse(each.document) as object), cluster, name: each.name };
      const said = await ssh.execute(client, ssh.RUN_PROGRAM, JSON.stringify({ program, document }), CHECK_SECONDS);
      if (said.code !== 0) return { ...nothing, findings: [ssh.startFailure(said, each.user)] };
      const report = JSON.parse(said.stdout) as Report;
      return { ...report, findings: [...report.findings, ...skew(report.time)] };
    } finally {
      client.end();
    }
  } catch (error) {
    if (error instanceof ssh.Unreachable) return { ...nothing, findings: [error.message] };
    throw error;
  }
}

function skew(time: number): string[] {
  const seconds = Math.round(time - Date.now() / 1_000);
  if (Math.abs(seconds) <= MAX_SKEW_SECONDS) return [];
  const way = seconds > 0 ? "ahead of" : "behind";
  return [
    `has a clock ${Math.abs(seconds)} s ${way} this machine's, ${MAX_SKEW_SECONDS} s are allowed: \`timedatectl set-ntp true\` on both`,
  ];
}

/** Two entries for one machine, or machines that were cloned: by what must be unique. */
function twins(passed: Outputs["passed"]): [string, string][] {
  const what = [
    [
      "machineId",
      "has the same /etc/machine-id as",
      "a clone needs its own: remove the file, then `systemd-machine-id-setup`",
    ],
    ["hostName", "has the same host name as", "give each machine its own: `hostnamectl set-hostname`"],
  ] as const;
  const names = Object.keys(passed).sort();
  return what.flatMap(([key, message, remedy]) =>
    names.flatMap((name, index): [string, string][] => {
      const value = passed[name]?.[key];
      const first = names.slice(0, index).find((other) => value !== "" && passed[other]?.[key] === value);
      return first === undefined ? [] : [[name, `${message} ${first}: ${remedy}`]];
    }),
  );
}
