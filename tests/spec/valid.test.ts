import * as fs from "node:fs";
import * as path from "node:path";
import { formatIssue } from "../../spec/errors";
import { stormJsonSchema } from "../../spec/json-schema";
import { load } from "../../spec/load";
import { codeBlocks } from "../markdown";
import { fixtures } from "./fixtures";

const ROOT = path.join(__dirname, "..", "..");

test.each(fixtures("valid"))("$name loads", ({ text }) => {
  expect(() => load(text, { fileName: "storm.yml" })).not.toThrow();
});

test("the repository's own storm.yml loads without a warning", () => {
  const text = fs.readFileSync(path.join(ROOT, "storm.yml"), "utf8");
  expect(load(text, { fileName: "storm.yml" }).warnings).toEqual([]);
});

test("an empty storm.yml is three small local nodes", () => {
  const { spec } = load("", { fileName: "storm.yml" });
  expect(spec.Hostname).toBe("storm.localhost");
  expect(spec.name).toBe("storm");
  expect(spec.pools.map(({ name, min, max, size }) => ({ name, min, max, size }))).toEqual([
    { name: "local", min: 3, max: 3, size: "small" },
  ]);
});

test("the seed's words load, with warnings that say what they became", () => {
  const seed = fixtures("valid").find(({ name }) => name === "seed-short-form");
  const { spec, warnings } = load(seed?.text ?? "", { fileName: "storm.yml" });
  expect(warnings.map(formatIssue)).toEqual([
    'storm.yml:4:5 Azure/size: warning: "Medium" is a retired name; it became medium (Standard_B2s)',
    'storm.yml:7:5 AWS/size: warning: "m3.medium" is a retired name; it became medium (t3.medium)',
    'storm.yml:10:5 DigitalOcean/size: warning: "1G" is a retired name; it became micro (s-1vcpu-1gb)',
  ]);
  expect(spec.compose["geth_cluster"]).toEqual({ file: "docker-compose", scale: 10 });
});

test("the spec is frozen to its depths", () => {
  const { spec } = load(fixtures("valid").find(({ name }) => name === "everything")?.text ?? "", {
    fileName: "storm.yml",
  });
  const visit = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    expect(Object.isFrozen(value)).toBe(true);
    Object.values(value).forEach(visit);
  };
  visit(spec);
});

/** Top-level keys of a storm.yml, as the published schema has them. */
const KEYS = Object.keys((JSON.parse(stormJsonSchema()) as { properties: object }).properties);

/** Blocks of the documentation that are whole storm.yml files: every word at the margin is one of its keys. */
function documentedExamples(): { name: string; text: string }[] {
  const files = [path.join(ROOT, "README.md"), ...markdownFiles(path.join(ROOT, "docs"))];
  return files.flatMap((file) =>
    codeBlocks(fs.readFileSync(file, "utf8"))
      .filter(({ text }) => {
        const words = text.split("\n").filter((line) => /^[^\s#]/.test(line));
        return words.length > 0 && words.every((line) => KEYS.includes(/^(\w+):/.exec(line)?.[1] ?? ""));
      })
      .map(({ line, text }) => ({ name: `${path.relative(ROOT, file)}:${line}`, text })),
  );
}

function markdownFiles(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => file.endsWith(".md"))
    .map((file) => path.join(folder, file));
}

test("every storm.yml in the documentation loads", () => {
  const examples = documentedExamples();
  // README, clouds (each of three), compose and https; fewer means that they are no longer found.
  expect(examples.length).toBeGreaterThanOrEqual(6);
  for (const { name, text } of examples) expect(() => load(text, { fileName: name })).not.toThrow();
});
