import { execFileSync } from "node:child_process";
import { exportLines } from "../../cli/commands/env";
import { doubleQuote, shellQuote } from "../../cli/shell-quote";

const awkward = "a b\"c'd$HOME`id`\\e$(id)";
const shell = (script: string) => execFileSync("sh", ["-c", script], { encoding: "utf8" });

test.each([doubleQuote, shellQuote])("%p gives the shell the same word back", (quote) => {
  expect(shell(`printf %s ${quote(awkward)}`)).toBe(awkward);
});

test("the exports of `storm env` are the seed's, and a shell's eval reads them", () => {
  const lines = exportLines("dev", {
    DOCKER_HOST: "tcp://127.0.0.1:2376",
    DOCKER_TLS_VERIFY: "1",
    DOCKER_CERT_PATH: `/home/${awkward}`,
  });
  expect(lines.split("\n").slice(0, 2)).toEqual([
    'export DOCKER_HOST="tcp://127.0.0.1:2376"',
    'export DOCKER_TLS_VERIFY="1"',
  ]);
  expect(lines).toContain("# eval $(npx storm env dev)\n");
  const read = shell(`eval "$(cat <<'END'\n${lines}END\n)"; printf '%s|%s' "$DOCKER_HOST" "$DOCKER_CERT_PATH"`);
  expect(read).toBe(`tcp://127.0.0.1:2376|/home/${awkward}`);
});

test("an unquoted eval, as the README has it, reads them too", () => {
  const lines = exportLines("dev", { DOCKER_HOST: "tcp://127.0.0.1:2376", DOCKER_CERT_PATH: "/home/me/.local/dev" });
  const read = shell(
    `printf '%s' '${lines}' > /dev/null; eval $(printf '%s' '${lines}'); printf %s "$DOCKER_CERT_PATH"`,
  );
  expect(read).toBe("/home/me/.local/dev");
});
