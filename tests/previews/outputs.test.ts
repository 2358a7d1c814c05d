/** What application teams get, on the real engine: the layer `outputs` under a key of its own, and a project that uses it. */
import { cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { LocalWorkspace, Stack } from "@pulumi/pulumi/automation";
import { deployedState, WHOLE } from "./deployed-state";
import { PreviewLab } from "./lab";

/** Some twelve runs of the engine. */
jest.setTimeout(600_000);

const ROOT = join(__dirname, "..", "..");
const STORM_YML = "Local: [3, small]\ncompose:\n  web: {file: docker-compose.yml}\n";
const OUTPUTS = { "storm:layers": "outputs", "storm:upstream": "prod" };
const PASSPHRASE = "the application teams' own";

interface State {
  resources: { urn: string; type: string; outputs?: Record<string, unknown> }[];
}

let lab: PreviewLab;
beforeAll(async () => {
  lab = await PreviewLab.start();
  lab.write("docker-compose.yml", ["services:", "  front: {image: 'nginx:1', ports: ['80']}"]);
  await deployedState(lab, "prod", STORM_YML);
  // Nothing is made: it writes the outputs.
  await lab.up(STORM_YML, { stack: "prod", config: WHOLE });
});
afterAll(() => lab.stop());

/** The decrypted state, as text. */
async function exported(stack: string, passphrase?: string): Promise<{ state: State; text: string }> {
  const { deployment } = await (await lab.stack(stack, passphrase)).exportStack();
  return { state: deployment as State, text: JSON.stringify(deployment) };
}

/** Lines of a PEM that no other PEM has, as they stand in a text of any depth of quotation. */
function bodies(pems: unknown): string[] {
  return [...JSON.stringify(pems).matchAll(/[A-Za-z0-9+/]{40,64}/g)].map(([line]) => line);
}

test("under the operators' key: the upstream's outputs, the credential encrypted", async () => {
  const { changes } = await lab.up(STORM_YML, { stack: "same-key", config: OUTPUTS });
  expect(changes).toEqual({ create: 1 });
  const shown = await (await lab.stack("same-key")).outputs();
  expect(Object.entries(shown).map(([name, { secret }]) => [name, secret])).toEqual([
    ["storm", false],
    ["stormCredential", true],
  ]);
});

test("another key does not open the upstream's secrets, and the error says what to do", async () => {
  const { text } = await lab.failing(STORM_YML, { stack: "prod-outputs", config: OUTPUTS, passphrase: PASSPHRASE });
  expect(text).toContain("output stormCredential of stack prod cannot be decrypted with this stack's key");
  expect(text).toContain("storm:credential");
});

test("under a key of its own: no authority's key, no node's, no token, not even the operator's certificate", async () => {
  const upstream = await (await lab.stack("prod")).outputs();
  const credential = JSON.stringify(upstream["stormCredential"]?.value);
  const secrets = { "storm:credential": credential };
  await lab.up(STORM_YML, { stack: "prod-outputs", config: OUTPUTS, secrets, passphrase: PASSPHRASE });
  const { state, text } = await exported("prod-outputs", PASSPHRASE);
  expect(state.resources.map(({ type }) => type).sort()).toEqual(["pulumi:providers:pulumi", "pulumi:pulumi:Stack"]);
  const { state: prod } = await exported("prod");
  const keys = prod.resources.filter(({ type }) => type === "tls:index/privateKey:PrivateKey");
  const inIt = keys.filter(({ outputs }) =>
    bodies([outputs?.["privateKeyPem"], outputs?.["privateKeyOpenssh"]]).some((line) => text.includes(line)),
  );
  expect(keys.length).toBeGreaterThan(15);
  expect(inIt.map(({ urn }) => urn.split("::").at(-1))).toEqual(["docker-applications-key"]);
  const { token } = upstream["consul"]?.value as { token: string };
  expect(text).not.toContain(token);
  expect(text).not.toContain("BEGIN RSA");
});

test("a credential that is not secret is refused: it would be plain in the stack's config", async () => {
  const config = { ...OUTPUTS, "storm:credential": JSON.stringify({ key: "canary-of-a-key" }) };
  const { text } = await lab.failing(STORM_YML, { stack: "open", config, passphrase: PASSPHRASE });
  expect(text).toContain("stack config storm:credential is not secret, so it is readable in Pulumi.open.yaml");
  expect(text).not.toContain("canary");
});

test("another environment is one clear error", async () => {
  const { text } = await lab.failing(STORM_YML, { stack: "foreign", config: { ...OUTPUTS, "storm:env": "staging" } });
  expect(text).toContain("stack prod is of environment test, and this one is of staging (storm:env)");
});

test("examples/whoami: a project of its own that knows the cluster by its reference alone", async () => {
  const folder = join(lab.folder, "whoami");
  cpSync(join(ROOT, "examples/whoami"), folder, { recursive: true });
  // What `npm install` would put there.
  mkdirSync(join(folder, "node_modules"));
  for (const name of ["@pulumi", "@types", "typescript"])
    symlinkSync(join(ROOT, "node_modules", name), join(folder, "node_modules", name));
  symlinkSync(ROOT, join(folder, "node_modules", "storm"));
  const { workspace } = await lab.stack("prod-outputs", PASSPHRASE);
  const envVars = { ...workspace.envVars };
  const project = await LocalWorkspace.create({ workDir: folder, pulumiHome: workspace.pulumiHome, envVars });
  const stack = await Stack.create("whoami-test", project);
  await stack.setAllConfig({
    "whoami:cluster": { value: "organization/storm/prod-outputs" },
    "whoami:stack": { value: "web" },
  });
  const seen: { type: string; inputs: Record<string, unknown> }[] = [];
  const { stdout } = await stack.preview({
    onEvent: ({ resourcePreEvent: event }) => {
      if (event) seen.push({ type: event.metadata.type, inputs: event.metadata.new?.inputs ?? {} });
    },
  });
  expect(stdout).not.toMatch(/PRIVATE KEY/);
  const command = seen.find(({ type }) => type === "command:local:Command");
  expect(command?.inputs).toMatchObject({ create: "./deploy.sh up", delete: "./deploy.sh down" });
  expect(JSON.stringify(command?.inputs)).toContain("storm.route.host");
  expect(JSON.stringify(command?.inputs)).toContain("whoami.web.test.storm.localhost");
  expect(command?.inputs["environment"]).toMatchObject({
    STORM_HOST: "tcp://127.0.0.1:2376",
    STORM_KEY: { ciphertext: "[secret]" },
  });
});
