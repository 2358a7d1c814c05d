/** The Azure stand-in's tables beside the real SDK's types, the size catalog and the list of privileges. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { azurePlugin } from "../../lab/plugins/azure-native/plugin";
import type { Fields } from "../../lab/plugins/shared/fields";
import { azureRegions } from "../../spec/regions/azure";
import { azureSizes } from "../../spec/sizes/azure";
import { AZURE_ACTIONS } from "../../tools/least-privilege/azure";

const SDK = dirname(require.resolve("@pulumi/azure-native/package.json"));
const INPUTS = readFileSync(join(SDK, "types", "input.d.ts"), "utf8");

interface Property {
  required: boolean;
  /** Of an object, or of each in a list: "network.SubnetArgs". */
  type: string | undefined;
}

/** The properties of one interface whose text begins at `start`. */
function propertiesOf(text: string, start: number, indent: string): Map<string, Property> {
  if (start < 0) throw new Error("the SDK has no such type");
  const body = text.slice(start, text.indexOf(`\n${indent}}`, start));
  const lines = body.matchAll(new RegExp(`^${indent}    (\\w+)(\\??): (.*)$`, "gm"));
  return new Map(
    [...lines].map(([, name = "", optional, type = ""]) => [
      name,
      { required: optional === "", type: /inputs\.(\w+\.\w+)/.exec(type)?.[1] },
    ]),
  );
}

function argsOf(token: string): Map<string, Property> {
  const [, module = "", type = ""] = token.split(":");
  const file = join(SDK, module, `${type.charAt(0).toLowerCase()}${type.slice(1)}.d.ts`);
  const text = readFileSync(file, "utf8");
  return propertiesOf(text, text.indexOf(`export interface ${type}Args {`), "");
}

function nestedOf(type: string): Map<string, Property> {
  const [module = "", name = ""] = type.split(".");
  const namespace = INPUTS.indexOf(`export declare namespace ${module} {`);
  return propertiesOf(INPUTS, INPUTS.indexOf(`    interface ${name} {`, namespace), "    ");
}

/** What a table says that the SDK does not know, or leaves out what the SDK asks for. */
function differences(path: string, fields: Fields, known: Map<string, Property>): string[] {
  const missing = [...known].filter(([name, { required }]) => required && !fields[name]?.required);
  return [
    ...missing.map(([name]) => `${path}.${name} is required by the SDK`),
    ...Object.entries(fields).flatMap(([name, field]) => {
      const property = known.get(name);
      if (!property) return [`${path}.${name} is unknown to the SDK`];
      if (!field.fields) return [];
      if (!property.type) return [`${path}.${name} has no members in the SDK`];
      return differences(`${path}.${name}`, field.fields, nestedOf(property.type));
    }),
  ];
}

test.each(Object.keys(azurePlugin.resources))("%s has the SDK's properties", (token) => {
  const type = azurePlugin.resources[token];
  if (!type) throw new Error(token);
  expect(differences(token, type.inputs, argsOf(token))).toEqual([]);
});

const machine = azurePlugin.resources["azure-native:compute:VirtualMachine"];
const refusals = (inputs: object) =>
  (machine?.check?.(inputs as never, { urn: "", name: "one", config: {} }) ?? []).map(({ reason }) => reason);

test("every size of the catalog is a size of the stand-in, on its own processor", () => {
  for (const [vmSize, { architecture }] of azureSizes.types) {
    const storageProfile = { imageReference: { sku: architecture === "arm64" ? "server-arm64" : "server" } };
    const inputs = { hardwareProfile: { vmSize }, storageProfile };
    expect(refusals(inputs).filter((reason) => reason.includes(vmSize))).toEqual([]);
    expect(() => machine?.preview(inputs)).not.toThrow();
  }
});

test("the stand-in knows the same regions and zones as storm.yml's checks", () => {
  for (const [location, { zones }] of azureRegions) {
    const wrong = (zone: string) =>
      refusals({ location, zones: [zone] }).filter((reason) => /location|zone/.test(reason));
    expect([location, wrong("1").length === 0, wrong("4").length === 0]).toEqual([location, zones.length > 0, false]);
  }
});

test("the list of privileges has every type in use, each action by its full name", () => {
  expect(Object.keys(AZURE_ACTIONS).sort()).toEqual(Object.keys(azurePlugin.resources).sort());
  for (const action of Object.values(AZURE_ACTIONS).flat())
    expect(action).toMatch(/^Microsoft\.\w+(\/\w+)+\/(read|write|delete|action)$/);
});
