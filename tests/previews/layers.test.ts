/**
 * One environment of Local nodes in one stack, split over four and merged again, on the real engine: in each form a preview finds nothing
 * to do. What the nodes, commands and stacks of the state are comes from deployed-state.ts; keys and certificates are the engine's.
 */
import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { deployedState, WHOLE } from "./deployed-state";
import { PreviewLab, type Previewed } from "./lab";

/** Some thirty runs of the engine. */
jest.setTimeout(900_000);

const STORM_YML = "Local: [3, small]\ncompose:\n  web: {file: docker-compose.yml}\n";
const SCRIPT = join(__dirname, "..", "..", "tools", "move-layers.sh");

/** Each stack's config, in the order in which they are brought up. */
const SPLIT: Record<string, Record<string, string>> = {
  "prod-base": { "storm:layers": "base" },
  "prod-nodes": { "storm:layers": "nodes", "storm:upstream": "prod-base" },
  "prod-cluster": { "storm:layers": '["cluster","edge"]', "storm:upstream": '["prod-base","prod-nodes"]' },
  "prod-apps": {
    "storm:layers": "apps",
    "storm:upstream": '{"base":"prod-base","nodes":"prod-nodes","edge":"prod-cluster"}',
  },
};
const configOf = (stack: string) => ({ ...WHOLE, ...SPLIT[stack] });

let lab: PreviewLab;
let count: number;
beforeAll(async () => {
  lab = await PreviewLab.start();
  lab.write("docker-compose.yml", ["services:", "  front: {image: 'nginx:1', ports: ['80']}"]);
  await deployedState(lab, "prod", STORM_YML);
});
afterAll(() => lab.stop());

/** Runs the script that docs/layers.md shows. */
async function move(source: string, dest: string): Promise<string> {
  const { workspace } = await lab.stack(dest);
  const env = { ...process.env, ...workspace.envVars, PULUMI_HOME: workspace.pulumiHome, PULUMI: "pulumi" };
  const { stdout } = await promisify(execFile)(SCRIPT, [source, dest], { cwd: lab.folder, env });
  return stdout;
}

/** What is neither there as it should be, nor a provider's own entry in the state. */
const touched = ({ resources }: Previewed) =>
  resources
    .filter(({ op, type }) => op !== "same" && !type.startsWith("pulumi:providers:"))
    .map(({ op, urn }) => `${op} ${urn}`);

test("the whole environment in one stack: nothing to do", async () => {
  const seen = await lab.preview(STORM_YML, { stack: "prod", config: WHOLE });
  expect(touched(seen)).toEqual([]);
  count = seen.changes["same"] ?? 0;
  expect(count).toBeGreaterThan(60);
});

test("split over four stacks: nothing to do in any of them", async () => {
  let same = 0;
  for (const stack of Object.keys(SPLIT)) {
    // The stack's config is what the script's preview reads.
    const before = await lab.preview(STORM_YML, { stack, config: configOf(stack) });
    expect(Object.keys(before.changes)).toEqual(["create"]);
    const said = await move("prod", stack);
    expect(said).toContain("Successfully moved resources");
    const isLast = stack === Object.keys(SPLIT).at(-1);
    expect(said).toMatch(isLast ? "prod has nothing left" : /^prod has [1-9]\d* resources left$/m);
    // Nothing is made; the stack's outputs are written, which the next one reads.
    const after = await lab.up(STORM_YML, { stack, config: configOf(stack) });
    expect(touched(after)).toEqual([]);
    same += after.changes["same"] ?? 0;
  }
  // Each stack has a root of its own.
  expect(same - Object.keys(SPLIT).length).toBe(count - 1);
  const { deployment } = (await (await lab.stack("prod")).exportStack()) as {
    deployment: { resources: { type: string }[] };
  };
  expect(deployment.resources.filter(({ type }) => !/^pulumi:(providers:|pulumi:Stack)/.test(type))).toEqual([]);
});

test("what the layers show each other is encrypted in every state, and no state keeps another stack's", async () => {
  for (const stack of Object.keys(SPLIT)) {
    const { workspace } = await lab.stack(stack);
    const env = { ...process.env, ...workspace.envVars, PULUMI_HOME: workspace.pulumiHome };
    const { stdout } = await promisify(execFile)("pulumi", ["stack", "export", "--stack", stack], {
      cwd: lab.folder,
      env,
    });
    expect(stdout).not.toMatch(/PRIVATE KEY/);
    const { resources } = (
      JSON.parse(stdout) as { deployment: { resources: { type: string; outputs?: Record<string, object> }[] } }
    ).deployment;
    const root = resources.find(({ type }) => type === "pulumi:pulumi:Stack");
    expect(Object.keys(root?.outputs?.["layers"] ?? {})).toContain("ciphertext");
    expect(resources.filter(({ type }) => type === "pulumi:pulumi:StackReference")).toEqual([]);
  }
});

test("a node more in storm.yml is for its own layer first", async () => {
  const more = STORM_YML.replace(
    "[3, small]",
    "{pools: [{name: local, count: 3, size: small}, {name: more, count: 1, size: small}]}",
  );
  const { text } = await lab.failing(more, { stack: "prod-cluster", config: configOf("prod-cluster") });
  expect(text).toContain(
    "node more-1 is in storm.yml, but not in layer nodes of stack prod-nodes: run `pulumi up -s prod-nodes` first",
  );
  expect(text).not.toContain("    at ");
});

test("merged again: nothing to do", async () => {
  await lab.preview(STORM_YML, { stack: "prod", config: WHOLE });
  for (const stack of Object.keys(SPLIT)) {
    const said = await move(stack, "prod");
    const way = `${stack} has nothing left, and can go: pulumi stack rm --force ${stack}`;
    expect(said).toContain("Successfully moved resources");
    expect(said).toContain(way);
    const { workspace } = await lab.stack(stack);
    await workspace.removeStack(stack, { force: true });
  }
  const seen = await lab.preview(STORM_YML, { stack: "prod", config: WHOLE });
  expect(touched(seen)).toEqual([]);
  expect(seen.changes["same"]).toBe(count);
});

test("a stack that is not there is one clear error", async () => {
  const { text } = await lab.failing(STORM_YML, {
    stack: "alone",
    config: { ...WHOLE, "storm:layers": "nodes", "storm:upstream": "nowhere" },
  });
  expect(text).toContain("stack config storm:upstream: stack nowhere cannot be read: ");
  expect(text).not.toContain("    at ");
});
