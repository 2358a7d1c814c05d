import * as fs from "node:fs";
import * as path from "node:path";
import { type CodeBlock, codeBlocks, commandLines } from "../../markdown";
import { type LabCluster, root, run } from "../lab";

/** What of README.md is not run here, and why. */
const NOT_RUN: Record<string, string> = {
  "npm start": "of the stack dev, which may be somebody's; the same start of this stack began all of these tests",
  "npm test": "it is what runs this",
  "npm stop": "as npm start; the last test stops this stack",
  "npm run verify:official": "a suite of its own, which fetches the official plugins (docs/verification.md)",
  "npm run demo": "figure 7 of bench/ is the same, measured",
  ...Object.fromEntries(
    [
      "npm run lab -- status",
      "npm run lab -- machine house-1",
      "npm run lab -- visit curl https://guestbook.demo.three.storm.example.com",
      "npm run lab -- kill aws-1",
      "npm run lab -- stop",
    ].map((command) => [command, "tests/booted-clouds/three-clouds runs it"]),
  ),
  "npm start -- --file other.yml": "of the stack dev; each start of these tests has a --file",
};

/** What is to be seen of the others, all together. */
const SEEN = [
  "<html", // curl of the page
  /local-2\s+Ready\s+Active\s+Reachable|local-2\s+Ready\s+Active\s+Leader/, // docker node ls
  "demo_guestbook", // docker service ls
  /USD|\$/, // storm plan
  /^Valid/m, // storm validate
  "Cluster health: OK (3/3)", // storm status
  /^local-\d \w{12} \| /m, // storm logs
  "load average", // storm ssh
  /\d+ unchanged/, // up and preview
  /^No changes\.$/m, // storm preview
  /^More nodes of each size/m, // storm available
  /^\+ .*5/m, // storm scale --dry-run
  /^alice +good /m, // storm credentials list
  /^Revoked: alice, /m,
  '"dockerHost": "tcp://127.0.0.1:', // stack output --json
  /replaced|created/, // rotation of a key
];

/** README.md's commands run as they stand there, but for the name of the stack, files, and the engine's question. */
export function readme(lab: LabCluster): void {
  const page = fs.readFileSync(path.join(root, "README.md"), "utf8");
  const blocks = codeBlocks(page).map((block) => ({ line: block.line, commands: commandsOf(block) }));
  const all = blocks.flatMap(({ commands }) => commands);

  test("README.md's commands are found, and those that are not run here are among them", () => {
    expect(all.length).toBeGreaterThanOrEqual(15);
    expect(Object.keys(NOT_RUN).filter((command) => !all.includes(command))).toEqual([]);
  });

  test("README.md's commands run", async () => {
    const output: string[] = [];
    for (const { line, commands } of blocks) {
      const script = commands.filter((command) => !(command in NOT_RUN)).map((command) => here(lab, command));
      if (script.length === 0) continue;
      const done = await run("sh", ["-ec", script.join("\n")], 300);
      expect(`README.md:${line}: ${done.code} ${done.code === 0 ? "" : done.stdout + done.stderr}`).toBe(
        `README.md:${line}: 0 `,
      );
      output.push(done.stdout);
    }
    const printed = output.join("\n");
    for (const each of SEEN) expect(printed).toMatch(each);
    // One of the commands replaced an authority: what was handed out before is worth nothing now.
    await lab.readOutputs();
  });
}

function commandsOf(block: CodeBlock): string[] {
  return commandLines(block).filter((line) => /^(npm|npx|curl|eval|docker) /.test(line));
}

function here(lab: LabCluster, command: string): string {
  return command
    .replaceAll("-s dev", `-s ${lab.stack}`)
    .replace(/\b(env|status|context|preview|available) dev\b/g, `$1 ${lab.stack}`)
    .replaceAll("--dry-run", `--dry-run -s ${lab.stack}`)
    .replace(/--out ~\/(alice|bob)\b/, `--out ${path.join(lab.folder, "readme-$1")}`)
    .replaceAll("ca.pem", path.join(lab.folder, "readme-ca.pem"))
    .replaceAll(" up -s", " up --yes -s");
}
