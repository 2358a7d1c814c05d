import * as fs from "node:fs";
import * as path from "node:path";
import { stormJsonSchema } from "../../spec/json-schema";
import { stormReference } from "../../spec/reference";
import { catalog, machineProviders, resolveSize, sizeWords } from "../../spec/sizes/catalog";
import { PORTABLE_SIZES } from "../../spec/sizes/types";

const DOCS = path.join(__dirname, "..", "..", "docs");

test("the generated documents are up to date (else: npm run schema)", () => {
  expect(fs.readFileSync(path.join(DOCS, "storm.schema.json"), "utf8")).toBe(stormJsonSchema());
  expect(fs.readFileSync(path.join(DOCS, "storm-yml.md"), "utf8")).toBe(stormReference());
});

test("every key has a description", () => {
  const bare: string[] = [];
  const visit = (node: unknown, at: string): void => {
    if (typeof node !== "object" || node === null) return;
    for (const [key, value] of Object.entries(node)) {
      if (key !== "properties" || typeof value !== "object" || value === null) visit(value, `${at}/${key}`);
      else {
        for (const [name, child] of Object.entries(value as Record<string, { description?: string }>)) {
          if (child.description === undefined) bare.push(`${at}/${name}`);
          visit(child, `${at}/${name}`);
        }
      }
    }
  };
  visit(JSON.parse(stormJsonSchema()), "");
  expect(bare).toEqual([]);
});

describe.each(machineProviders)("sizes of %s", (provider) => {
  test("every word that is allowed resolves to a machine", () => {
    for (const word of sizeWords(provider)) {
      expect({ word, machine: resolveSize(provider, word)?.machine }).toEqual({
        word,
        machine: expect.objectContaining({ architecture: expect.any(String) }),
      });
    }
  });

  test("portable sizes grow in memory and never in price downwards", () => {
    const machines = PORTABLE_SIZES.map((size) => resolveSize(provider, size)?.machine);
    const memory = machines.map((machine) => machine?.memoryMiB ?? 0);
    const price = machines.map((machine) => machine?.monthlyUsd ?? 0);
    expect(memory).toEqual([...memory].sort((a, b) => a - b));
    expect(new Set(memory).size).toBe(PORTABLE_SIZES.length);
    expect(price).toEqual([...price].sort((a, b) => a - b));
  });

  test("prices have a day, a region and a source, or are free", () => {
    const { sizes, regions } = catalog[provider];
    const isFree = [...sizes.types.values()].every((machine) => machine.monthlyUsd === 0);
    expect(sizes.pricesOf).toMatch(isFree ? /^$/ : /^\d{4}-\d\d-\d\d$/);
    if (!isFree) expect((regions as ReadonlyMap<string, unknown>).has(sizes.pricedRegion)).toBe(true);
  });
});

test("names of object members are no sizes", () => {
  for (const word of ["constructor", "toString", "__proto__", "hasOwnProperty"])
    expect(resolveSize("aws", word)).toBeUndefined();
});
