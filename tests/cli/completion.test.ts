import { spawnSync } from "node:child_process";
import { completion } from "../../cli/commands/completion";
import { program } from "../../cli/main";

/** What bash offers for a command line with the cursor at its end. */
function offered(line: string): string[] {
  const words = line.split(" ");
  const script = [
    completion("bash", program()),
    `COMP_WORDS=(${words.map((word) => `'${word}'`).join(" ")}) COMP_CWORD=${words.length - 1}`,
    "_storm",
    'printf "%s\\n" "${COMPREPLY[@]}"',
  ].join("\n");
  // With a socket for its input, as here, bash would take itself for one of rshd's and read its user's file.
  const { stdout, stderr, status } = spawnSync("bash", ["--norc", "-eu", "-c", script], { encoding: "utf8" });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter((word) => word !== "");
}

test("bash: commands, commands below them, and options", () => {
  expect(offered("storm st")).toEqual(["start", "stop", "status"]);
  expect(offered("storm lab sta")).toEqual(["start", "status"]);
  expect(offered("storm validate --")).toEqual(["--file", "--stack", "--json", "--help"]);
  expect(offered("storm ssh local-1 --st")).toEqual(["--stack"]);
  // An option's value is no command.
  expect(offered("storm validate --stack status --j")).toEqual(["--json"]);
  expect(offered("storm nothing-of-ours x")).toEqual([]);
});

test("every command is offered", () => {
  const names = program()
    .commands.map((command) => command.name())
    .sort();
  expect(
    offered("storm ")
      .filter((word) => !word.startsWith("-") && word !== "help")
      .sort(),
  ).toEqual(names);
});

test("zsh runs bash's; fish has lines of its own, with every quotation mark in its place", () => {
  expect(completion("zsh", program())).toMatch(/^autoload -U \+X bashcompinit && bashcompinit\n_storm\(\)/);
  const lines = completion("fish", program()).trimEnd().split("\n");
  expect(lines).toContain(
    "complete -c storm -n '__fish_seen_subcommand_from validate' -l json -d 'as JSON, for editors'",
  );
  expect(lines.some((line) => /-n 'not __fish_seen_subcommand_from .*status.*' -a 'status' -d '/.test(line))).toBe(
    true,
  );
  for (const line of lines) expect(line.replace(/'(?:[^'\\]|\\.)*'/g, "")).toMatch(/^complete -c storm[- \w]*$/);
});

test("another shell is a wrong command line", () => {
  expect(() => completion("tcsh", program())).toThrow("no completion for tcsh");
});
