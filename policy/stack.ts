import * as path from "node:path";
import * as pulumi from "@pulumi/pulumi";
import { readSpec } from "../spec/read";
import { readSettings } from "../stacks/settings";
import type { Spec } from "../spec/spec";

/** The project whose stack config has the name space `storm:`. */
const PROJECT = "storm";

/**
 * The storm.yml of the stack at hand, as the program itself reads it: the engine gives a pack the stack's config, too. Undefined
 * for stacks of other projects, and when the file can not be used: then the program says why.
 */
export function readStormYml(): Spec | undefined {
  if (pulumi.getProject() !== PROJECT) return undefined;
  try {
    return readSpec(readSettings(path.dirname(__dirname)).load);
  } catch {
    return undefined;
  }
}
