/** A provider more is its own files and one entry in the size catalog: everything else follows from that. */
import { execFileSync, spawnSync } from "node:child_process";
import * as fs from "node:fs";
import * as path from "node:path";
import { OWN, withFourthProvider } from "./support/fourth-provider";

jest.setTimeout(60_000);

const folder = withFourthProvider();

test("its nodes are planned, priced and made, and join the same cluster", () => {
  const program = `
    const pulumi = require("@pulumi/pulumi");
    const made = [];
    const fields = { privateKeyPem: "k", publicKeyOpenssh: "k", privateKeyOpenssh: "k", stdout: JSON.stringify({ publicKey: "k" }), address: "192.0.2.1" };
    pulumi.runtime.setMocks({ call: () => ({}), newResource: ({ type, name, inputs }) => {
      made.push(type.split(":").pop() + " " + name);
      return { id: name, state: { ...fields, ...inputs } };
    } }, "storm", "dev", false, "organization");
    require("tsx/cjs");
    require("./index.ts")({ answer: Promise.resolve({}) }).then(({ cost, survives }) => {
      process.on("exit", () => console.log(JSON.stringify({ made, cost, survives })));
    });
  `;
  const env = { ...process.env, PULUMI_CONFIG: JSON.stringify({ "storm:env": "dev" }) };
  const printed = execFileSync(process.execPath, ["-e", program], {
    cwd: folder,
    env,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const seen = JSON.parse(printed.trim().split("\n").at(-1) ?? "") as { made: string[] };
  expect(seen).toMatchObject({
    cost: { monthlyUsd: 15 },
    survives: expect.stringContaining("any one of its 3 managers") as string,
  });
  for (const name of ["dummy-1", "dummy-2", "dummy-3"]) {
    expect(seen.made).toEqual(expect.arrayContaining([`Machine ${name}`, `Command enroll-${name}`]));
  }
  expect(seen.made).toContain("Command swarm");
});

/** What a script in the changed copy prints, as JSON. */
function run(script: string): unknown {
  const printed = execFileSync(process.execPath, ["-e", `require("tsx/cjs"); ${script}`], {
    cwd: folder,
    encoding: "utf8",
  });
  return JSON.parse(printed);
}

test("the policy pack counts its machines against limits, wants its tags, and runs its own checks", () => {
  const found = run(`
    const { rules } = require("./policy/rules/index.ts");
    const { load } = require("./spec/load.ts");
    const { spec } = load("Dummy: [2, small]\\nlimits: {global: {nodes: 2}}\\n", { fileName: "storm.yml" });
    const resource = (name, type, props) => ({ type, name, urn: name, props, protect: false, provider: {}, references: {} });
    const machines = [1, 2, 3].map((each) => resource("dummy-" + each, "dummy:index:Machine", { size: "d1", tags: {} }));
    const wall = resource("wall", "dummy:index:Wall", { open: [22] });
    const problems = rules.flatMap((rule) =>
      "checkStack" in rule
        ? rule.checkStack(machines, { spec, config: null }).map(({ message }) => message)
        : [machines[0], wall].flatMap((each) => rule.check(each, { spec, config: null })));
    console.log(JSON.stringify(problems));
  `);
  expect(found).toEqual([
    "storm.yml:2:26 limits/global/nodes: the limit is 2, the cluster has up to 3 nodes",
    "tcp port 22 is open to the world",
    "the tag owner, stack, pool is missing, it has none",
    "the tag owner, stack is missing, it has none",
  ]);
});

test("storm lock finds its machines' images", () => {
  const images = run(`
    const { machineImages } = require("./cli/machine-images.ts");
    const inputs = { region: "mars-1", size: "d1", image: "dust-1" };
    console.log(JSON.stringify(machineImages([{ type: "dummy:index:Machine", inputs }])));
  `);
  expect(images).toEqual({ "dummy/mars-1/amd64": "dust-1" });
});

test("its keys are in the JSON Schema, and a Host can be near its regions", () => {
  const { properties } = run('process.stdout.write(require("./spec/json-schema.ts").stormJsonSchema())') as {
    properties: { Dummy: object; Hosts: { items: { properties: { region: { enum: string[] } } } } };
  };
  expect(properties).toHaveProperty("Dummy");
  expect(properties.Hosts.items.properties.region.enum).toContain("mars-1");
});

test("without what the policy pack has to know of it, the pack does not start", () => {
  const at = path.join(folder, OWN["policy.ts.txt"]);
  fs.renameSync(at, `${at}.away`);
  const { status, stderr } = spawnSync(
    process.execPath,
    ["-e", 'require("tsx/cjs"); require("./policy/rules/index.ts")'],
    {
      cwd: folder,
      encoding: "utf8",
    },
  );
  fs.renameSync(`${at}.away`, at);
  expect(status).not.toBe(0);
  expect(stderr).toContain("Cannot find module './dummy.ts'");
});
