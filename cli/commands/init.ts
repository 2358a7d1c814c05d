import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import { PORTABLE_SIZES } from "../../spec/sizes/types";
import { catalog, type MachineProvider } from "../../spec/sizes/catalog";
import { formatIssue } from "../../spec/errors";
import { examine } from "../../spec/load";
import { starter } from "../../spec/starter";
import { UserError } from "../../tools/errors";
import { writeAtomically } from "../../tools/files";
import type { Output } from "../../tools/report";
import { ask, type Terminal } from "../ask";
import { userFolder } from "../config";
import { providerOf } from "./launch";

export interface InitOptions {
  file: string;
  force?: boolean;
  name?: string;
  domain?: string;
  provider?: string;
  nodes?: string;
  size?: string;
  region?: string;
  adminCidr?: string;
}

/** `storm init`: a storm.yml from a few questions. What an option answers is not asked; without a terminal nothing is. */
export async function init(options: InitOptions, output: Output, terminal?: Terminal): Promise<void> {
  const path = resolve(userFolder(), options.file);
  if (existsSync(path) && !options.force)
    throw new UserError(`${options.file} is there already`, ["--force writes over it; --file names another."]);
  const text = await answered(options, terminal);
  const errors = examine(text, { fileName: options.file }).issues.filter(({ severity }) => severity === "error");
  if (errors.length > 0) {
    output.write(errors.map((issue) => `${formatIssue(issue)}\n`).join(""));
    throw new UserError("nothing was written: these answers do not make a storm.yml");
  }
  writeAtomically(path, text);
  const named = options.file === "storm.yml" ? "" : ` --file ${relative(process.cwd(), path)}`;
  output.write(
    `${options.file} is written\n\nRun \`npx storm plan${named}\` to see what it comes to, \`npx storm deploy${named}\` to deploy it.\n`,
  );
}

async function answered(options: InitOptions, terminal: Terminal | undefined): Promise<string> {
  const isTTY = terminal?.input.isTTY ?? process.stdin.isTTY;
  const question = async (given: string | undefined, words: string, otherwise: string): Promise<string> => {
    if (given !== undefined || !isTTY) return given ?? otherwise;
    const shown = otherwise === "" ? "" : ` [${otherwise}]`;
    return (await ask(`${words}${shown}: `, undefined, terminal)) || otherwise;
  };
  const provider = providerOf(
    await question(options.provider, "Where do the nodes run (Local, AWS, Azure, DigitalOcean)?", "Local"),
  );
  const local = provider === "local";
  const nodes = await question(options.nodes, "How many nodes?", "3");
  const size = await question(options.size, `Of which size (${PORTABLE_SIZES.join(", ")}, or a type)?`, "small");
  const region = local ? "" : await question(options.region, "In which region?", catalog[provider].defaultRegion);
  const name = await question(options.name, "What is the cluster called?", "storm");
  const domain = await question(options.domain, "Under which domain?", local ? "storm.localhost" : "storm.example.com");
  const admin = "From which network do you reach the nodes, such as 203.0.113.7/32 (empty: set it later)?";
  const adminCidr = local ? "" : await question(options.adminCidr, admin, "");
  return starter({
    name,
    domain,
    provider,
    nodes: Number(nodes),
    size,
    region,
    zones: zonesOf(provider, region),
    adminCidr,
  });
}

/** Where accounts see different zones the catalog does not choose; the first two are a start, and the parser says what to look at. */
function zonesOf(provider: MachineProvider, region: string): string[] {
  const regions: ReadonlyMap<string, { zones?: readonly string[]; zoneNames?: readonly string[] }> =
    catalog[provider].regions;
  const { zones = [], zoneNames = [] } = regions.get(region) ?? {};
  return zones.length === 0 ? zoneNames.slice(0, 2) : [];
}
