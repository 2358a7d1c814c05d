import { table } from "../plan/table";
import { type Output, paint, seconds } from "../tools/report";

interface NodeRow {
  name: string;
  role: string;
  site: string;
  size: string;
  address: string;
}

export interface SummaryFacts {
  stack: string;
  changed: boolean;
  milliseconds: number;
  /** The command that destroys it; default: `npm stop`. */
  destroy?: string;
}

/** "npm stop", for another stack than `dev` with its name. */
export function npmCommand(script: "start" | "stop", stack: string): string {
  return `npm ${script}${stack === "dev" ? "" : ` -- --stack ${stack}`}`;
}

/** What the user needs now: nodes, addresses, and the next commands. */
export function summary(outputs: Record<string, unknown>, facts: SummaryFacts, output: Output): string {
  const value = <T>(name: string): T | undefined => outputs[name] as T | undefined;
  const nodes = value<NodeRow[]>("nodes") ?? [];
  const urls = Object.entries(value<Record<string, string>>("urls") ?? {});
  const time = seconds(facts.milliseconds);
  const head = facts.changed ? `Cluster ${facts.stack} ready in ${time}` : `Nothing to change (${time})`;
  const lines = ["", paint(output, "bold", head), "", ...nodeTable(nodes)];
  const survives = value<string>("survives");
  if (survives) lines.push("", survives);
  lines.push("", ...urlLines(urls, value<string>("url")));
  lines.push(
    "",
    `Run \`eval $(npx storm env ${facts.stack})\` to point your Docker client to the cluster.`,
    `Run \`${facts.destroy ?? npmCommand("stop", facts.stack)}\` to destroy it.`,
    "",
  );
  return lines.join("\n");
}

function urlLines(urls: [string, string][], first: string | undefined): string[] {
  if (urls.length === 0) return first === undefined ? [] : [`  ${first}`];
  const width = Math.max(...urls.map(([name]) => name.length));
  return urls.map(([name, url]) => `  ${name.padEnd(width)}  ${url}`);
}

function nodeTable(nodes: readonly NodeRow[]): string[] {
  if (nodes.length === 0) return [];
  const columns = ["name", "role", "site", "size", "address"] as const;
  const rows = [columns.map((column) => column.toUpperCase()), ...nodes.map((node) => columns.map((key) => node[key]))];
  return table(rows).map((line) => `  ${line}`);
}
