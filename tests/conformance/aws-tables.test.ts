/** The stand-in's tables against the real package's own types: no property that it takes is one that AWS's plugin does not know. */
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import * as ts from "typescript";
import { awsPlugin } from "../../lab/plugins/aws/plugin";
import { REGIONS, ZONE_LETTERS } from "../../lab/plugins/aws/regions";
import type { Field, Fields } from "../../lab/plugins/shared/fields";
import { awsRegions } from "../../spec/regions/aws";

const SDK = dirname(require.resolve("@pulumi/aws/package.json"));

function parse(file: string): ts.SourceFile {
  return ts.createSourceFile(file, readFileSync(join(SDK, file), "utf8"), ts.ScriptTarget.ES2022, true);
}

/** Interfaces of types/input.d.ts by their names there, e.g. "ec2.InstanceMetadataOptions". */
const nested = new Map<string, ts.InterfaceDeclaration>();
beforeAll(() => {
  const visit = (node: ts.Node, path: string): void => {
    if (ts.isInterfaceDeclaration(node)) nested.set(path + node.name.text, node);
    else if (ts.isModuleDeclaration(node)) ts.forEachChild(node, (child) => visit(child, `${path}${node.name.text}.`));
    else ts.forEachChild(node, (child) => visit(child, path));
  };
  visit(parse("types/input.d.ts"), "");
});

/** What a table says that the interface does not know, and what the interface wants that the table lets be left out. */
function differences(fields: Fields, declared: ts.InterfaceDeclaration, path: string): string[] {
  const source = declared.getSourceFile();
  const members = new Map(
    declared.members.filter(ts.isPropertySignature).map((member) => [member.name.getText(source), member]),
  );
  const unknown = Object.keys(fields).filter((name) => !members.has(name));
  const lax = [...members].filter(([name, { questionToken }]) => !questionToken && !fields[name]?.required);
  return [
    ...unknown.map((name) => `${path}.${name} is not in the package`),
    ...lax.map(([name]) => `${path}.${name} is required`),
    ...Object.entries(fields).flatMap(([name, field]) => inside(field, members.get(name), `${path}.${name}`, source)),
  ];
}

function inside(field: Field, member: ts.PropertySignature | undefined, path: string, source: ts.SourceFile): string[] {
  if (field.fields === undefined || !member) return [];
  const name = /inputs\.([\w.]+)/.exec(member.getText(source))?.[1] ?? "";
  const declared = nested.get(name);
  return declared ? differences(field.fields, declared, path) : [`${path}: no type ${name}`];
}

function interfaceOf(file: ts.SourceFile, name: string): ts.InterfaceDeclaration {
  const found = file.statements.filter(ts.isInterfaceDeclaration).find((each) => each.name.text === name);
  if (!found) throw new Error(`${file.fileName} has no ${name}`);
  return found;
}

test.each(Object.keys(awsPlugin.resources))("%s", (token) => {
  // "aws:ec2/vpc:Vpc" is class Vpc of ec2/vpc.
  const [, module = "", name = ""] = token.split(":");
  const fields = awsPlugin.resources[token]?.inputs ?? {};
  expect(differences(fields, interfaceOf(parse(`${module}.d.ts`), `${name}Args`), name)).toEqual([]);
});

test("regions and letters of zones are those of the size catalog", () => {
  expect(REGIONS).toEqual([...awsRegions.keys()]);
  for (const [name, { zones, zoneNames }] of awsRegions) {
    expect(zoneNames).toEqual([...ZONE_LETTERS].map((letter) => name + letter));
    expect(zoneNames).toEqual(expect.arrayContaining([...zones]));
  }
});
