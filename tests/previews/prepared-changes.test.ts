/**
 * What a pull request's comment says of twelve changes: previews of the real engine with the policy pack, of a whole cluster over AWS that
 * was brought up with stand-ins, where nobody answers for the nodes.
 */
import { join } from "node:path";
import type { EngineEvent } from "@pulumi/pulumi/automation";
import { engineChanges } from "../../cli/preview/engine-changes";
import { markdown } from "../../cli/preview/markdown";
import { reportFrom } from "../../cli/preview/of-stack";
import { type PreviewReport, refusedReport } from "../../cli/preview/report";
import { type Loaded, loadAll } from "../../load";
import { beforeOf } from "../../plan/before";
import { SpecError } from "../../spec/errors";
import { type Deployment, stateOf } from "../../tools/backend";
import { POLICY, PreviewLab, SUITE_TIMEOUT_MS } from "./lab";
import { standInOnly } from "./official";
import { BASE, CANARIES, CHANGES, type Files } from "./prepared-changes";

const here = standInOnly("a whole cluster is brought up");
jest.setTimeout(2 * SUITE_TIMEOUT_MS);

let lab: PreviewLab;
let deployed: Deployment;

beforeAll(async () => {
  lab = await PreviewLab.start(false);
  await lab.replacePlugin("command", join(__dirname, "answering-commands.ts"));
  write(BASE);
  await lab.up(BASE["storm.yml"]);
  deployed = (await (await lab.stack("test")).exportStack()).deployment as Deployment; // the engine's own form
});
afterAll(() => lab.stop());

function write(files: Partial<Files>): void {
  for (const [name, text] of Object.entries({ ...BASE, ...files })) lab.write(name, [text.trimEnd()]);
}

/** The files as the commands read them. @throws SpecError */
function load(): Loaded {
  const loaded = loadAll({
    ...{ directory: lab.folder, file: "storm.yml", env: "test", ipvs: true, offline: false },
    ...{ buildDirectory: lab.folder, before: beforeOf(stateOf(deployed).entries) },
  });
  // Others are of the day: how old the prices are.
  return { ...loaded, warnings: loaded.plan.warnings };
}

/** What `storm ci preview` reports, by the same parts. */
async function reportOf(files: Partial<Files>, policy?: object): Promise<PreviewReport> {
  write(files);
  let loaded: Loaded;
  try {
    loaded = load();
  } catch (error) {
    if (error instanceof SpecError) return refusedReport("test", error.message);
    throw error;
  }
  lab.write("policy.json", [JSON.stringify(policy ?? {})]);
  const events: EngineEvent[] = [];
  const options = {
    observe: (event: EngineEvent) => events.push(event),
    policyPacks: [POLICY],
    policyPackConfigs: [join(lab.folder, "policy.json")],
  };
  const stormYml = files["storm.yml"] ?? BASE["storm.yml"];
  if (policy === undefined) await lab.preview(stormYml, options);
  else await lab.failing(stormYml, options);
  return reportFrom({
    stack: "test",
    state: stateOf(deployed),
    loaded,
    changes: engineChanges(events),
    resources: deployed.resources ?? [],
    checked: true,
  });
}

here("there are twelve, and without one nothing would change", async () => {
  expect(Object.keys(CHANGES)).toHaveLength(12);
  expect(markdown(await reportOf({}))).toMatch(/^## storm preview: `test`\n\nNo changes\.\n/);
});

for (const [name, { files, policy, lost, refused }] of Object.entries(CHANGES))
  here(name, async () => {
    const report = await reportOf(files, policy);
    const page = markdown(report).replace(/\S*\/storm-preview-\w+\//g, "");
    expect(page).toMatchSnapshot();
    expect(report.lost).toEqual(lost.map((each) => (typeof each === "string" ? each : expect.stringMatching(each))));
    expect(report.refused.filter((why) => refused?.test(why) !== true)).toEqual([]);
    expect(report.refused.length > 0).toBe(refused !== undefined);
    for (const canary of CANARIES) expect(page + JSON.stringify(report)).not.toContain(canary);
  });
