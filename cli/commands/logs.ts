import { didYouMean, nearestWord } from "../../spec/nearest";
import { UserError } from "../../tools/errors";
import { type Output, paint } from "../../tools/report";
import { accessOf, dockerApi, openStack } from "../cluster/access";
import { type Api, getJson, open } from "../cluster/api";
import { nobodyReads } from "../closed-output";
import { wrongCommandLine } from "../errors";
import { LogStream } from "../cluster/log-stream";
import { clusterServices, noAnswer } from "../cluster/services";

export interface LogsOptions {
  stack: string;
  follow?: boolean;
  /** Last lines of each task; all without it. */
  tail?: string;
}

/** Where lines of a service go. */
export interface LogOutputs {
  out: Output;
  err: Output;
  /** Aborted when nobody reads `out` any more. */
  closed?: AbortSignal;
}

/** `storm logs SERVICE`: what the tasks of a service have printed, each line with its node and task in front. */
export async function logs(service: string, options: LogsOptions, outputs: LogOutputs): Promise<void> {
  const { tail } = options;
  if (tail !== undefined && !/^(\d+|all)$/.test(tail))
    throw wrongCommandLine(`--tail takes a number of lines or all, got ${JSON.stringify(tail)}`);
  const values = await (await openStack(options.stack, outputs.err)).outputs();
  await printLogs(dockerApi(accessOf(options.stack, values), values), service, options, {
    closed: nobodyReads,
    ...outputs,
  });
}

/** @throws UserError for a service that is not there, with the one that was meant */
export async function printLogs(
  docker: Api,
  wanted: string,
  { follow, tail }: Pick<LogsOptions, "follow" | "tail">,
  { out, err, closed }: LogOutputs,
): Promise<void> {
  const services = await clusterServices(docker);
  const names = services.map(({ Spec }) => Spec.Name).sort();
  // The outputs' way of writing it: "demo/guestbook".
  const name = wanted.replace("/", "_");
  const found = services.find(({ Spec }) => Spec.Name === name);
  if (found === undefined) throw unknownService(wanted, names);
  const query = new URLSearchParams({ stdout: "1", stderr: "1", details: "1", follow: follow ? "1" : "0" });
  query.set("tail", tail ?? "all");
  const nodes = await getJson<{ ID: string; Description: { Hostname?: string } }[]>(docker, "/nodes");
  const hostOf = new Map(nodes.map(({ ID, Description }) => [ID, Description.Hostname ?? ID]));
  const stream = new LogStream();
  const answer = await open(docker, `/services/${found.ID}/logs?${query.toString()}`, follow ? 0 : undefined).catch(
    (error: unknown) => {
      throw noAnswer(error);
    },
  );
  for await (const part of answer) {
    if (closed?.aborted) break;
    for (const { stream: of, task, node, text } of stream.push(part as Buffer)) {
      const to = of === "stderr" ? err : out;
      to.write(`${paint(to, "dim", `${hostOf.get(node) ?? node} ${task.slice(0, 12)} |`)} ${text}\n`);
    }
  }
}

function unknownService(wanted: string, names: readonly string[]): UserError {
  // Most names begin with a stack's, which is left out easily.
  const short = new Map(names.map((name) => [name.slice(name.indexOf("_") + 1), name]));
  const near = nearestWord(wanted, [...short.keys()]) ?? (short.has(wanted) ? wanted : "");
  const guess = nearestWord(wanted.replace("/", "_"), names) ?? short.get(near);
  return new UserError(`there is no service ${wanted}${didYouMean(guess)}`, [
    `Services: ${names.length > 0 ? names.join(", ") : "none"}`,
  ]);
}
