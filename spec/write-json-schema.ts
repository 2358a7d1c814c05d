import * as fs from "node:fs";
import * as path from "node:path";
import { stormJsonSchema } from "./json-schema";
import { stormReference } from "./reference";

/** `npm run schema`: writes what is generated from the schema. A test says when it is out of date. */
const docs = path.join(__dirname, "..", "docs");
fs.writeFileSync(path.join(docs, "storm.schema.json"), stormJsonSchema());
fs.writeFileSync(path.join(docs, "storm-yml.md"), stormReference());
