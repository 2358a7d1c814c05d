/** A storm.yml of five nodes where four may be: refused by `storm validate`, by the policy pack and by `storm launch`, with the same numbers. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Checkout } from "./checkout";
import { POLICY, PreviewLab, SUITE_TIMEOUT_MS } from "./lab";

jest.setTimeout(SUITE_TIMEOUT_MS);

const LIMIT = "limits: {global: {nodes: 4}}\n";
const HEAD = `Hostname: storm.example.com
network: {adminCidrs: [203.0.113.0/24]}
AWS:
  region: eu-west-1
  pools:
    - {name: web, count: 3, size: small}
`;
const FIVE = `${HEAD}    - {name: more, count: 2, size: small}\n`;

let lab: PreviewLab;
let checkout: Checkout;
beforeAll(async () => {
  lab = await PreviewLab.start();
  checkout = new Checkout();
});
afterAll(() => {
  lab.stop();
  checkout.stop();
});

/** `storm` where this is the storm.yml. */
function storm(stormYml: string, command: string): { text: string; status: number | null } {
  writeFileSync(join(checkout.folder, "storm.yml"), stormYml);
  const { stdout, stderr, status } = checkout.shell(`node cli/storm.js ${command}`);
  return { text: stdout + stderr, status };
}

/** How many may be and how many there would be, of every sentence about it. */
function numbers(text: string): string[] {
  const found = text.matchAll(/global\/nodes: the limit is (\d+), the cluster has up to (\d+) nodes/g);
  return [...new Set([...found].map(([, most, nodes]) => `${nodes} of ${most}`))];
}

test("validate, the preview's policy pack and launch refuse the fifth node, with the same numbers", async () => {
  const validated = storm(FIVE + LIMIT, "validate");
  const launched = storm(HEAD + LIMIT, "launch 2 AWS small more --dry-run");
  expect([validated.status, launched.status]).toEqual([1, 1]);

  // The program refuses the limit of its own file before there is anything to plan: an organisation's is the pack's alone.
  const program = await lab.failing(FIVE + LIMIT);
  expect(program.resources.filter(({ type }) => /Instance$/.test(type))).toEqual([]);
  lab.write("limits.json", [JSON.stringify({ limits: { global: { nodes: 4 } } })]);
  const pack = { policyPacks: [POLICY], policyPackConfigs: [join(lab.folder, "limits.json")] };
  const planned = await lab.failing(FIVE, pack);
  expect(planned.resources.filter(({ type }) => type === "aws:ec2/instance:Instance")).toHaveLength(5);

  const said = {
    validate: validated.text,
    program: program.text,
    policy: planned.violations.map(({ message }) => message).join("\n"),
    launch: launched.text,
  };
  expect(Object.entries(said).map(([who, text]) => [who, numbers(text)])).toEqual([
    ["validate", ["5 of 4"]],
    ["program", ["5 of 4"]],
    ["policy", ["5 of 4"]],
    ["launch", ["5 of 4"]],
  ]);
});
