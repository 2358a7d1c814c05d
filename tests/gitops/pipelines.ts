/** The ready pipelines of docs/gitops, as data. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "js-yaml";

export const FOLDER = join(__dirname, "..", "..", "docs", "gitops");
const WORKFLOWS = join(FOLDER, ".github", "workflows");

export interface Step {
  uses?: string;
  run?: string;
  env?: Record<string, string>;
}

export interface Job {
  permissions?: Record<string, string>;
  environment?: string;
  needs?: string;
  steps: Step[];
}

export interface Workflow {
  on: Record<string, unknown>;
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

export interface GitlabJob {
  extends?: string;
  stage: string;
  image?: string | { name: string };
  environment?: { name: string };
  rules: { if: string }[];
  before_script?: string[];
  script: string[];
}

export const WORKFLOW_FILES = readdirSync(WORKFLOWS).sort();
export const workflowText = (name: string) => readFileSync(join(WORKFLOWS, name), "utf8");
export const workflow = (name: string) => load(workflowText(name)) as Workflow;

export const gitlabText = readFileSync(join(FOLDER, ".gitlab-ci.yml"), "utf8");
/** In the file, for everybody to read. */
export const gitlabVariables = () => (load(gitlabText) as { variables: Record<string, string> }).variables;

/** What is no setting of the whole pipeline. */
export function gitlabJobs(): Record<string, GitlabJob> {
  const all = load(gitlabText) as Record<string, GitlabJob>;
  return Object.fromEntries(Object.entries(all).filter(([name]) => !["stages", "variables"].includes(name)));
}

/** Every piece of shell, with where it is. */
export function scripts(): [place: string, text: string][] {
  const github = WORKFLOW_FILES.flatMap((file) =>
    Object.entries(workflow(file).jobs).flatMap(([job, { steps }]) =>
      steps.flatMap(({ run }): [string, string][] => (run === undefined ? [] : [[`${file} ${job}`, run]])),
    ),
  );
  const gitlab = Object.entries(gitlabJobs()).map(([job, { before_script = [], script = [] }]): [string, string] => [
    `.gitlab-ci.yml ${job}`,
    [...before_script, ...script].join("\n"),
  ]);
  const hook = readFileSync(join(FOLDER, "hooks", "post-receive"), "utf8");
  return [...github, ...gitlab, ["hooks/post-receive", hook]];
}

/** The words of each call of a program in a script, up to where the shell goes on with something else. */
export function callsOf(program: string, script: string): string[][] {
  const pattern = new RegExp(`(?:^|[\\s;])${program} ([^\\n|;&>]*)`, "gm");
  return [...script.matchAll(pattern)].map(([, words = ""]) =>
    [...words.matchAll(/"[^"]*"|'[^']*'|\S+/g)].map(([word]) => word).filter((word) => !/^\d$/.test(word)),
  );
}
