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
  const inputs = fixtures.filter((fixture) => fixture.type === type).map(({ props }) => fieldsOf(props));
  resources[type] = cloudResource({ id: "id-", inputs: Object.assign({}, ...inputs) as Fields }); // of Fields
}

void serve({ name, version, config: fieldsOf(providers[name] ?? {}), resources, functions: {} }, [engine]);

function fieldsOf(props: Fixture["props"]): Fields {
  return Object.fromEntries(Object.entries(props).map(([key, value]) => [key, fieldOf(value)]));
}

function fieldOf(value: FixtureValue): Field {
  if (Array.isArray(value)) return { type: "list" };
  if (typeof value === "object" && !isReference(value))
    return { type: "object", fields: fieldsOf(value as Fixture["props"]) };
  if (typeof value === "number") return { type: "number" };
  return { type: typeof value === "boolean" ? "boolean" : "string" };
}
