import { makePlan } from "../../plan/plan";
import type { Plan } from "../../plan/types";
import { UserError } from "../../tools/errors";
import { checkout, inLab } from "../../tools/paths";
import { type Output, stepLine } from "../../tools/report";
import { isOwnBackend } from "../../tools/state-backend";
import { awsSource, checkAws } from "../accounts/aws";
import { checkAzure } from "../accounts/azure";
import { type Finding, judge } from "../accounts/finding";
import { settle } from "../accounts/settle";
import { checkState } from "../accounts/state";
import { storedCredentials } from "../accounts/stored";
import { engineVault } from "../accounts/vault";
import { ask, type Terminal, terminal as ownTerminal } from "../ask";
import { loadSettings } from "../load-settings";
import { loadSpecFor } from "../preflight";
import { backendOf, engineStack, type StormStack } from "../workspace";

export interface ConfigOptions {
  /** Ask for nothing, store nothing. */
  check?: boolean;
}

/**
 * `storm config`: which credentials a stack's storm.yml needs, where they are and whether they work. What the program reads from stack
 * config is asked for and stored there, encrypted; the rest is the provider's own chain, and is named.
 * @returns the exit code: 1 when one is missing or refused
 */
export async function config(stack: string, options: ConfigOptions, out: Output, err: Output): Promise<number> {
  const { plan } = makePlan(loadSpecFor(stack, undefined, err), { env: loadSettings(stack, undefined).env });
  if (inLab) {
    out.write("The lab's clouds take no credentials, and what writes DNS records there the lab sets by itself\n");
    return 0;
  }
  const terminal: Terminal | undefined = options.check === true || !process.stdin.isTTY ? undefined : ownTerminal();
  const findings: Finding[] = [];
  const show = (finding: Finding) => out.write(findingText(finding, out));
  const note = (finding: Finding) => {
    findings.push(finding);
    show(finding);
  };
  const moved = await askForBackend(terminal);
  note(await checkState(stack, plan, async () => (await backendOf(stack, err)).stacks()));
  for (const finding of chainFindings(plan)) note(await finding);
  const opened = once(() => engineStack(stack, err));
  const vault = engineVault(stack, opened, async () => writable(await opened()));
  for (const credential of storedCredentials(plan)) note(await settle(credential, { stack, vault, terminal, show }));
  const failed = findings.filter(({ outcome }) => outcome === "fail").length;
  out.write(`\n${conclusion(stack, failed, moved)}\n`);
  return failed > 0 ? 1 : 0;
}

/** Those that only the provider's own chain has. */
function chainFindings(plan: Plan): Promise<Finding>[] {
  const { provider } = plan.dns ?? {};
  const sites = plan.sites.filter((site) => site.provider === "aws");
  const aws = sites.length > 0 || provider === "route53";
  const azure = plan.sites.some((site) => site.provider === "azure") || provider === "azure";
  return [...(aws ? [checkAwsChain(sites[0]?.region ?? "us-east-1")] : []), ...(azure ? [checkAzure()] : [])];
}

function checkAwsChain(region: string): Promise<Finding> {
  const source = awsSource(process.env);
  if (source !== undefined) return checkAws("AWS", source, region);
  const say = judge("AWS", "nowhere");
  const words = "neither in the environment nor in a profile, and this is no machine of AWS's";
  return Promise.resolve(say("fail", words, "docs/clouds.md#before-the-first-deployment says what the provider reads"));
}

export function findingText({ title, source, outcome, words, next = [] }: Finding, output: Output): string {
  return [stepLine(output, title, outcome), ...[`${source}: ${words}`, ...next].map((line) => `  ${line}\n`)].join("");
}

/** For the rest of this run another backend counts, as the variable says it. @returns its address, if there is another one */
async function askForBackend(terminal: Terminal | undefined): Promise<string | undefined> {
  if (terminal === undefined || !isOwnBackend(process.env, checkout)) return undefined;
  const words = "Where is the state: s3://..., azblob://..., https://api.pulumi.com (empty: in this checkout)? ";
  const backend = await ask(words, undefined, terminal);
  if (backend === "") return undefined;
  if (!/^(s3|azblob|gs|https|file):\/\//.test(backend))
    throw new UserError(`"${backend}" is no address of a backend`, [
      "docs/state.md has the backends and their addresses.",
    ]);
  process.env.PULUMI_BACKEND_URL = backend;
  return backend;
}

/** This checkout's own state makes a stack as every command does; elsewhere it is the user's to say what opens its secrets. */
async function writable(stack: StormStack): Promise<StormStack> {
  if (await stack.exists()) return stack;
  if (!isOwnBackend(process.env, checkout))
    throw new UserError(`there is no stack ${stack.name} yet to encrypt it for`, [
      `npm run -s pulumi -- stack init ${stack.name} --secrets-provider=...     # docs/state.md has the providers`,
      `Then again: npx storm config ${stack.name}`,
    ]);
  await stack.open();
  return stack;
}

function conclusion(stack: string, failed: number, moved: string | undefined): string {
  const export_ = moved === undefined ? [] : [`export PULUMI_BACKEND_URL='${moved}'     # in every shell that deploys`];
  const last =
    failed === 0 ? `npx storm deploy ${stack}` : `${failed} of these ${failed === 1 ? "has" : "have"} to be put right`;
  return [...export_, last].join("\n");
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined;
  return () => (made ??= make());
}
