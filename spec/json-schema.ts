import * as z from "zod";
import { stormFile } from "./schema";

/** The JSON Schema of storm.yml for editors, from the definition that the program itself checks by. */
export function stormJsonSchema(): string {
  const schema = z.toJSONSchema(stormFile, { io: "input", target: "draft-7", reused: "inline" });
  const described = { ...schema, title: "storm.yml" };
  return `${JSON.stringify(described, null, 2)}\n`;
}
