import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { init } from "../../cli/commands/init";
import { load } from "../../spec/load";
import { Written } from "../tools/support";

const folder = mkdtempSync(join(tmpdir(), "storm-init-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const nobody = { input: Object.assign(new PassThrough(), { isTTY: false }), output: new PassThrough() };
const specOf = (file: string) => load(readFileSync(file, "utf8"), { fileName: "storm.yml" }).spec;

/** Types each answer when its question is there. */
function typing(answers: Record<string, string>) {
  const input = Object.assign(new PassThrough(), { isTTY: true });
  const output = new PassThrough();
  const asked: string[] = [];
  output.on("data", (data: Buffer) => {
    const question = Object.keys(answers).find((words) => String(data).includes(words));
    if (question === undefined) return;
    asked.push(question);
    input.write(`${answers[question] ?? ""}\n`);
  });
  return { input, output, asked };
}

test("without a terminal: the defaults, or what options say", async () => {
  const file = join(folder, "defaults.yml");
  const output = new Written();
  await init({ file }, output, nobody);
  expect(specOf(file)).toMatchObject({
    name: "storm",
    Hostname: "storm.localhost",
    pools: [{ provider: "local", min: 3 }],
  });
  expect(output.text).toContain("is written\n\nRun `npx storm plan --file ");
  const cloud = join(folder, "cloud.yml");
  await init(
    {
      file: cloud,
      provider: "Azure",
      nodes: "5",
      size: "medium",
      domain: "a.example.com",
      name: "shop",
      region: "westeurope",
      adminCidr: "203.0.113.7/32",
    },
    output,
    nobody,
  );
  expect(specOf(cloud)).toMatchObject({
    name: "shop",
    Hostname: "a.example.com",
    pools: [{ provider: "azure", region: "westeurope", min: 5, size: "medium" }],
    network: { adminCidrs: ["203.0.113.7/32"] },
  });
});

test("on a terminal: what no option answers is asked, an empty answer is the default", async () => {
  const file = join(folder, "asked.yml");
  const at = typing({
    "Where do": "aws",
    "How many": "1",
    "which size": "",
    "which region": "",
    called: "demo",
    "which domain": "d.example.com",
    "which network": "",
  });
  await init({ file }, new Written(), at);
  expect(at.asked).toHaveLength(7);
  expect(specOf(file)).toMatchObject({
    name: "demo",
    Hostname: "d.example.com",
    pools: [{ provider: "aws", min: 1, size: "small", region: "us-east-1" }],
  });
});

test("a file that is there stays, unless --force says otherwise", async () => {
  const file = join(folder, "there.yml");
  writeFileSync(file, "mine\n");
  await expect(init({ file }, new Written(), nobody)).rejects.toMatchObject({ message: `${file} is there already` });
  expect(readFileSync(file, "utf8")).toBe("mine\n");
  await init({ file, force: true }, new Written(), nobody);
  expect(specOf(file).pools).toHaveLength(1);
});

test.each([
  [{ nodes: "many" }, /Local\/count|Local/],
  [{ size: "huge" }, /must be a size of Local, got "huge"/],
  [{ name: "My Cluster" }, /name: must be lower-case letters/],
])(
  "answers that make no storm.yml are told in the parser's words, and nothing is written: %j",
  async (answers, words) => {
    const file = join(folder, "wrong.yml");
    const output = new Written();
    await expect(init({ file, ...answers }, output, nobody)).rejects.toThrow("nothing was written");
    expect(output.text).toMatch(words);
    expect(existsSync(file)).toBe(false);
  },
);
