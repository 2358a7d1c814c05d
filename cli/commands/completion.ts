import type { Command } from "commander";
import { wrongCommandLine } from "../errors";

export const SHELLS = ["bash", "zsh", "fish"] as const;
export type Shell = (typeof SHELLS)[number];

/** A command with the words that may follow it. */
interface Word {
  /** "storm lab start" is ["lab", "start"]; the program itself is []. */
  path: string[];
  commands: { name: string; description: string }[];
  /** Long and short. */
  options: { names: string[]; description: string }[];
}

/** `storm completion SHELL`: a script for the shell to read, with every command and option of this version. */
export function completion(shell: string, program: Command): string {
  const words = wordsOf(program, []);
  switch (shell) {
    case "bash":
      return bash(words);
    case "zsh":
      // zsh runs bash's completions as they are.
      return `autoload -U +X bashcompinit && bashcompinit\n${bash(words)}`;
    case "fish":
      return fish(words);
    default:
      throw wrongCommandLine(`no completion for ${shell}`, [`Shells: ${SHELLS.join(", ")}`]);
  }
}

function wordsOf(command: Command, path: string[]): Word[] {
  const help = command.createHelp();
  const commands = help.visibleCommands(command);
  const own = {
    path,
    commands: commands.map((each) => ({ name: each.name(), description: each.description() })),
    options: help.visibleOptions(command).map(({ long, short, description }) => {
      return { names: [long, short].filter((name) => name !== undefined && name !== null), description };
    }),
  };
  const below = command.commands.flatMap((each) => wordsOf(each, [...path, each.name()]));
  return [own, ...below];
}

/** The words before the cursor that are no options choose the command; what fits none completes as a file. */
function bash(words: readonly Word[]): string {
  const cases = words.map(({ path, commands, options }) => {
    const all = [...commands.map(({ name }) => name), ...options.flatMap(({ names }) => names)];
    return `    "${path.join(" ")}") words="${all.join(" ")}" ;;`;
  });
  const paths = words.map(({ path }) => path.join(" ")).filter((path) => path !== "");
  return `_storm() {
  local current="\${COMP_WORDS[COMP_CWORD]}" path="" words="" index word
  for ((index = 1; index < COMP_CWORD; index++)); do
    word="\${COMP_WORDS[index]}"
    case "\${path:+$path }$word" in
    ${paths.map((path) => `"${path}"`).join(" | ")}) path="\${path:+$path }$word" ;;
    esac
  done
  case "$path" in
${cases.join("\n")}
  esac
  mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}
complete -o default -F _storm storm
`;
}

function fish(words: readonly Word[]): string {
  const lines = words.flatMap(({ path, commands, options }) => {
    const when = condition(path, commands);
    return [
      ...commands.map(
        ({ name, description }) => `complete -c storm -f -n ${when} -a ${quote(name)} -d ${quote(description)}`,
      ),
      ...options.map(({ names, description }) => {
        const flags = names.map((name) => (name.startsWith("--") ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`));
        return `complete -c storm -n ${when} ${flags.join(" ")} -d ${quote(description)}`;
      }),
    ];
  });
  return `${lines.join("\n")}\n`;
}

/** When the words so far are this command, and none of those below it. */
function condition(path: readonly string[], below: Word["commands"]): string {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`);
  const others = below.map(({ name }) => name).filter((name) => name !== "help");
  const none = others.length > 0 ? [`not __fish_seen_subcommand_from ${others.join(" ")}`] : [];
  return quote([...seen, ...none].join("; and ") || "true");
}

function quote(text: string): string {
  return `'${text.replace(/[\\']/g, "\\$&")}'`;
}
