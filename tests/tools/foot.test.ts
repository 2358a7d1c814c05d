import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { checkout } from "../../tools/paths";
import { onATerminal } from "../cli/on-a-terminal";
import { temporaryFolder } from "./support";

const folder = temporaryFolder();
const CLEAR = "\u001b[K";

/** A program's text as a terminal of this width gets it. */
async function onTerminal(lines: string[], { columns = 40, env = {} }: { columns?: number; env?: object } = {}) {
  const file = join(folder, `program-${columns}.js`);
  const report = JSON.stringify(join(checkout, "tools", "report"));
  writeFileSync(
    file,
    [
      `require(${JSON.stringify(join(checkout, "node_modules", "tsx", "dist", "cjs", "index.cjs"))});`,
      `const { streamOutput, paint } = require(${report});`,
      "const [out, err] = [streamOutput(process.stdout), streamOutput(process.stderr)];",
      ...lines,
    ].join("\n"),
  );
  const program = ["sh", "-c", `stty cols ${columns} && exec ${process.execPath} ${file}`];
  const { shown, errors, status } = await onATerminal(program, [], {
    cwd: folder,
    env: { ...process.env, NO_COLOR: undefined, TERM: "xterm", ...env },
  });
  expect({ errors, status }).toEqual({ errors: "", status: 0 });
  return shown;
}

test("lines go above the foot, of whichever stream they are, and nothing of it is left", async () => {
  const shown = await onTerminal([
    'out.foot.show("half");',
    'err.write("a warning\\n");',
    'out.foot.show("all");',
    'out.foot.show("");',
    'out.write("done\\n");',
  ]);
  expect(shown).toBe(`${CLEAR}half${CLEAR}a warning\nhalf${CLEAR}all${CLEAR}done\n`);
});

test("it knows how wide the terminal is, and a process that ends in the middle clears it", async () => {
  const shown = await onTerminal(['out.foot.show("x".repeat(out.foot.width));', "process.exit(0);"], { columns: 24 });
  expect(shown).toBe(`${CLEAR}${"x".repeat(23)}${CLEAR}`);
});

test("NO_COLOR takes the colours and leaves the foot; a dumb terminal has neither", async () => {
  const say = ['out.write(`${paint(out, "red", "text")} ${out.foot !== undefined}\\n`);'];
  expect(await onTerminal(say)).toBe("\u001b[31mtext\u001b[0m true\n");
  expect(await onTerminal(say, { env: { NO_COLOR: "1" } })).toBe("text true\n");
  expect(await onTerminal(say, { env: { TERM: "dumb" } })).toBe("text false\n");
});
