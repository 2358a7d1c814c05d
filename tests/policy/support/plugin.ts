/**
 * A plugin that takes whatever the fixtures say: the pack's tests need resources that no stand-in would let pass. Started as
 * `plugin.ts NAME VERSION`; the types and their inputs are those of FIXTURES_FILE.
 */
import { readFileSync } from "node:fs";
import { cloudResource } from "../../../lab/plugins/shared/cloud";
import type { Field, Fields } from "../../../lab/plugins/shared/fields";
import type { ResourceType } from "../../../lab/plugins/shared/resource";
import { serve } from "../../../lab/plugins/shared/serve";
import { type Fixture, type FixtureValue, isReference } from "./fixture";

const [name = "", version = "", file = "", engine = ""] = process.argv.slice(2);
const { fixtures, providers } = JSON.parse(readFileSync(file, "utf8")) as {
  fixtures: Fixture[];
  providers: Record<string, Fixture["props"]>;
};

const resources: Record<string, ResourceType> = {};
for (const type of new Set(fixtures.map((fixture) => fixture.type))) {
  const given = fixtures.filter((fixture) => fixture.type === type);
  resources[type] = cloudResource({ id: "id-", inputs: fieldsOf(given.map(({ props }) => props)) });
}

const config = fieldsOf([providers[name] ?? {}]);
void serve({ name, version, config, resources, functions: {} }, [engine]);

/** What all of these mappings together have, in the kinds that they have it in. */
function fieldsOf(all: readonly Fixture["props"][]): Fields {
  const keys = new Set(all.flatMap((each) => Object.keys(each)));
  return Object.fromEntries(
    [...keys].map((key) => [key, fieldOf(all.flatMap((each) => (key in each ? [each[key] as FixtureValue] : [])))]),
  );
}

function fieldOf(values: readonly FixtureValue[]): Field {
  const known = values.filter((value) => !isReference(value));
  const [first] = known;
  if (Array.isArray(first)) return { type: "list" };
  if (typeof first === "object") return { type: "object", fields: fieldsOf(known as Fixture["props"][]) }; // as the first
  if (typeof first === "number") return { type: "number" };
  return { type: typeof first === "boolean" ? "boolean" : "string" };
}
