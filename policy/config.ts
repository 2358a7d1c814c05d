import * as fs from "node:fs";
import * as path from "node:path";
import type { PolicyPackConfig } from "@pulumi/policy";
import { rules } from "./rules";

/** Beside this file: what holds for every stack that is checked with this checkout's pack. */
const FILE = "config.json";

type Entry = PolicyPackConfig[string];

/**
 * The pack's own configuration, over which `--policy-pack-config` goes.
 * @throws Error when it is no JSON object, or names a rule that is none: a misspelt rule must not be a rule left out.
 */
export function initialConfig(text = fs.readFileSync(path.join(__dirname, FILE), "utf8")): PolicyPackConfig {
  const given = JSON.parse(text) as Record<string, Entry>; // the engine checks what is in it
  const names = ["all", ...rules.map((rule) => rule.name)];
  const strange = Object.keys(given).filter((name) => !names.includes(name));
  if (strange.length > 0)
    throw new Error(`policy/${FILE}: ${strange.join(", ")}: no such rule (allowed: ${names.join(", ")})`);
  return Object.fromEntries(Object.entries(given).map(([name, entry]) => [name, withLevel(name, entry, given["all"])]));
}

/** An entry without a level would come out as "advisory": that is the protocol's zero. */
function withLevel(name: string, entry: Entry, all: Entry | undefined): Entry {
  if (typeof entry === "string" || entry.enforcementLevel !== undefined) return entry;
  const ofAll = typeof all === "string" ? all : all?.enforcementLevel;
  const own = rules.find((rule) => rule.name === name)?.enforcement;
  return { ...entry, enforcementLevel: ofAll ?? own ?? "mandatory" };
}
