// The fixture program: makes the resources that fixtures.json beside it lists, by whatever plugin has their package.
"use strict";

const pulumi = require("@pulumi/pulumi");
const { endUnheard } = require("../../../tools/end-unheard");
const { fixtures, providers } = JSON.parse(require("fs").readFileSync("fixtures.json", "utf8"));

endUnheard();
const made = new Map();
const provider = new Map(
  Object.entries(providers).map(([name, settings]) => [name, new pulumi.ProviderResource(name, name, settings)]),
);

for (const { type, name, props, protect = false } of fixtures) {
  const options = { protect, provider: provider.get(type.split(":")[0]) };
  made.set(name, new pulumi.CustomResource(type, name, resolved(props), options));
}

function resolved(value) {
  if (Array.isArray(value)) return value.map(resolved);
  if (typeof value !== "object" || value === null) return value;
  if ("$ref" in value) return made.get(value.$ref).id;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, resolved(item)]));
}
