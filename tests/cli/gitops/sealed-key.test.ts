import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dump, load } from "js-yaml";
import { newKey, openKey } from "../../../cli/gitops/sealed-key";

/** An engine that "encrypts" by turning the text round. */
class Engine {
  readonly name = "no-such-stack";
  readonly ran: string[][] = [];
  readonly files: string[] = [];

  run = (args: readonly string[], input = "") => {
    this.ran.push([...args]);
    const file = args[args.indexOf("--config-file") + 1] ?? "";
    this.files.push(file);
    expect(statSync(file).mode & 0o077).toBe(0);
    const content = load(readFileSync(file, "utf8")) as { config: Record<string, { secure: string }> };
    const turned = (text: string) => [...text].reverse().join("");
    if (args[1] === "get") {
      const stdout = turned(content.config[args[2] ?? ""]?.secure ?? "");
      return Promise.resolve({ stdout: `${stdout}\n`, stderr: "", code: 0 });
    }
    const text = dump({ ...content, config: { [args[2] ?? ""]: { secure: turned(input) } } });
    writeFileSync(file, text);
    return Promise.resolve({ stdout: "", stderr: "", code: 0 });
  };
}

test("a key goes to the engine by standard input, comes back sealed, and is opened again; no file stays", async () => {
  const engine = new Engine();
  const { key, sealed } = await newKey(engine);
  expect(key).toHaveLength(32);
  expect(sealed).not.toBe(key.toString("base64"));
  expect(engine.ran.flat()).not.toContain(key.toString("base64"));
  expect(await openKey(engine, sealed)).toEqual(key);
  expect(engine.files.filter(existsSync)).toEqual([]);
  expect((await newKey(engine)).sealed).not.toBe(sealed);
});

test("an engine that encrypts nothing is an error", async () => {
  const run = () => Promise.resolve({ stdout: "", stderr: "", code: 0 });
  await expect(newKey({ name: "no-such-stack", run })).rejects.toThrow("did not encrypt");
});
