/** docs/gitops: what people copy has commands and flags that are there, rights that are the least, and secrets in the CI's store alone. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Command } from "commander";
import { program } from "../../cli/main";
import {
  callsOf,
  FOLDER,
  gitlabJobs,
  gitlabText,
  gitlabVariables,
  type Job,
  scripts,
  workflow,
  WORKFLOW_FILES,
  workflowText,
} from "./pipelines";

const README = readFileSync(join(FOLDER, "README.md"), "utf8");
const jobs = WORKFLOW_FILES.flatMap((file) =>
  Object.entries(workflow(file).jobs).map(([name, job]): [string, Job] => [`${file} ${name}`, job]),
);
const runsStorm = ({ steps }: Job) => steps.some(({ run = "" }) => run.includes("npx storm"));

test("each kind of run has its trigger", () => {
  const triggers = WORKFLOW_FILES.map((file) => [file, Object.keys(workflow(file).on)]);
  expect(Object.fromEntries(triggers)).toEqual({
    "storm-preview.yml": ["pull_request", "workflow_dispatch"],
    "storm-apply.yml": ["push"],
    "storm-drift.yml": ["schedule", "workflow_dispatch"],
  });
  const rules = Object.entries(gitlabJobs()).flatMap(([name, job]) =>
    name.startsWith(".") ? [] : [[name, job.rules[0]?.if.split(" && ")[0]]],
  );
  expect(Object.fromEntries(rules)).toEqual({
    preview: '$CI_PIPELINE_SOURCE == "merge_request_event"',
    comment: '$CI_PIPELINE_SOURCE == "merge_request_event"',
    apply: '$CI_PIPELINE_SOURCE == "push"',
    drift: '$CI_PIPELINE_SOURCE == "schedule"',
  });
});

/** What a call means for commander: the command, and words that it does not know. */
function unknownWords(words: readonly string[]): string[] {
  let command: Command = program();
  const wrong: string[] = [];
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? "";
    const below = command.commands.find((each) => each.name() === word);
    if (below !== undefined) command = below;
    else if (!word.startsWith("-")) continue;
    else {
      const option = command.options.find(({ long, short }) => long === word || short === word);
      if (option === undefined) wrong.push(`${command.name()} ${word}`);
      else if (option.required) index++;
    }
  }
  return command.commands.length > 0 && words[1] !== '"$@"' ? [...wrong, `${words.join(" ")} is no command`] : wrong;
}

test("every `storm` in them is a command with these flags", () => {
  const calls = scripts().flatMap(([, text]) => callsOf("npx storm", text));
  expect(calls.map(([first, second]) => `${first} ${second}`).sort()).toEqual([
    ...['ci "$@"', "ci apply", "ci apply", "ci drift", "ci drift", "ci preview", "ci preview"],
  ]);
  expect(calls.flatMap(unknownWords)).toEqual([]);
  // The hook's own way to it.
  const own = callsOf("storm_ci", scripts().at(-1)?.[1] ?? "").filter(([word]) => word !== "{" && word !== "(");
  expect(own.map((words) => words[0]).sort()).toEqual(["apply", "preview"]);
  expect(own.flatMap((words) => unknownWords(["ci", ...words]))).toEqual([]);
});

test("the check finds what is not there", () => {
  expect(unknownWords(["ci", "preview", '"$STACK"', "--out", "x"])).toEqual(["preview --out"]);
  expect(unknownWords(["ci", "previeu", '"$STACK"'])).toEqual(['ci previeu "$STACK" is no command']);
});

test("npm installs what the lock file has, as Storm itself does, and runs no package's script", () => {
  const calls = scripts().flatMap(([, text]) => callsOf("npm", text));
  expect(calls).toHaveLength(4);
  for (const words of calls) {
    expect(words.slice(0, 4)).toEqual(["install", "--no-save", "--include=dev", "--ignore-scripts"]);
  }
});

test.each(scripts())("the shell reads it: %s", (place, text) => {
  const shell = place.startsWith("storm-") ? "bash" : "sh";
  expect(spawnSync(shell, ["-n"], { input: text, encoding: "utf8" })).toMatchObject({ status: 0, stderr: "" });
});

test("actions are pinned by commit, with the version beside it", () => {
  for (const file of WORKFLOW_FILES) {
    const uses = workflowText(file)
      .split("\n")
      .filter((line) => /\buses:/.test(line));
    expect(uses.length).toBeGreaterThan(0);
    expect(uses.filter((line) => !/uses: actions\/[a-z-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(line))).toEqual([]);
  }
});

test("rights: none by default, reading where Storm runs, writing where nothing of the repository runs", () => {
  for (const file of WORKFLOW_FILES) expect(workflow(file).permissions).toEqual({});
  for (const [name, job] of jobs) {
    const writes = Object.entries(job.permissions ?? {}).filter(([, right]) => right !== "read");
    const expected = runsStorm(job) ? [] : [[name.includes("drift") ? "issues" : "pull-requests", "write"]];
    expect([name, writes]).toEqual([name, expected]);
    if (!runsStorm(job)) expect(job.steps.some(({ uses = "" }) => uses.includes("checkout"))).toBe(false);
  }
});

test("what may deploy is an environment of its own, for main alone", () => {
  const environments = jobs.map(([name, { environment }]) => [name, environment]);
  expect(Object.fromEntries(environments)).toEqual({
    "storm-apply.yml apply": "storm-apply",
    "storm-drift.yml drift": "storm-preview",
    "storm-drift.yml report": undefined,
    "storm-preview.yml comment": undefined,
    "storm-preview.yml preview": "storm-preview",
  });
  expect(workflow("storm-apply.yml").on["push"]).toEqual({ branches: ["main"] });
});

test("secrets come from the CI's store into the environment of the step that runs Storm, and into no command", () => {
  for (const [place, text] of scripts()) expect([place, text]).toEqual([place, expect.not.stringContaining("${{")]);
  for (const [, job] of jobs)
    for (const { run = "", env = {} } of job.steps) {
      const secret = Object.entries(env).filter(([, value]) => value.includes("secrets."));
      expect(secret.every(([name, value]) => value === `\${{ secrets.${name} }}`)).toBe(true);
      expect(secret.length > 0).toBe(run.includes("npx storm"));
    }
  expect(Object.keys(gitlabVariables())).toEqual(["STACK", "STORM_SETUP"]);
});

test("the page names every variable that they need", () => {
  const names = jobs.flatMap(([, { steps }]) =>
    steps.flatMap(({ env = {} }) =>
      Object.entries(env).flatMap(([name, value]) => (/\b(secrets|vars)\./.test(value) ? [name] : [])),
    ),
  );
  const ofGitlab = [...gitlabText.matchAll(/\$(STORM_[A-Z_]+TOKEN)/g)].map(([, name]) => name ?? "");
  expect([...new Set([...names, ...ofGitlab])].filter((name) => !README.includes(`\`${name}\``))).toEqual([]);
});
