import type { CommandNode } from './command-tree.ts';

/** Shells that a script can be made for. */
export const SHELLS = ['bash', 'zsh', 'fish'] as const;

/** One of {@link SHELLS}. */
export type Shell = (typeof SHELLS)[number];

/** What may follow the words of a command. */
interface Completion {
  /** The words after `linstock`, such as `job list`; empty: none yet. */
  readonly path: string;
  readonly words: readonly { readonly word: string; readonly summary: string }[];
}

/** A script that completes commands and options in a shell. */
export function completionScript(shell: Shell, root: CommandNode): string {
  const completions = collect(root, '', root.options);
  return SCRIPTS[shell](completions);
}

function collect(node: CommandNode, path: string, shared: CommandNode['options']): Completion[] {
  const own = node.options.filter((option) => !shared.includes(option));
  const words = [
    ...node.commands.map(({ name, summary }) => ({ word: name, summary })),
    ...[...own, ...shared].map(({ long, description }) => ({ word: long, summary: description })),
  ];
  const below = node.commands.flatMap((child) =>
    [child.name, ...child.aliases].flatMap((name) => collect(child, `${path} ${name}`.trim(), shared)),
  );
  return [{ path, words }, ...below];
}

/** The words of the command before the cursor; options and what follows them are not told apart, so the longest path wins. */
const FIND_PATH = `
  local path="" word
  for word in "\${words_before[@]}"; do
    case " $known_paths " in *" \${path:+$path/}$word "*) path="\${path:+$path/}$word" ;; esac
  done`;

function pathsOf(completions: readonly Completion[]): string {
  return completions
    .map(({ path }) => path.replaceAll(' ', '/'))
    .join(' ')
    .trim();
}

function casesOf(completions: readonly Completion[]): string {
  return completions
    .map(
      ({ path, words }) =>
        `    "${path.replaceAll(' ', '/')}") found="${words.map(({ word }) => word).join(' ')}" ;;`,
    )
    .join('\n');
}

function bashScript(completions: readonly Completion[]): string {
  return `# bash: eval "$(linstock completion bash)"
_linstock() {
  local known_paths="${pathsOf(completions)}" found=""
  local words_before=("\${COMP_WORDS[@]:1:COMP_CWORD-1}")${FIND_PATH}
  case "$path" in
${casesOf(completions)}
  esac
  COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _linstock linstock`;
}

function zshScript(completions: readonly Completion[]): string {
  return `#compdef linstock
# zsh: source <(linstock completion zsh)
_linstock() {
  local known_paths="${pathsOf(completions)}" found=""
  local -a words_before=("\${(@)words[2,CURRENT-1]}")${FIND_PATH}
  case "$path" in
${casesOf(completions)}
  esac
  compadd -- \${(s: :)found}
  _files
}
compdef _linstock linstock`;
}

function fishScript(completions: readonly Completion[]): string {
  const lines = completions.flatMap(({ path, words }) =>
    words.map(({ word, summary }) => fishLine(path, word, summary)),
  );
  return `# fish: linstock completion fish | source
function __linstock_at
  set -l words (commandline -opc)
  set -l path
  for word in $words[2..]
    if contains -- (string join ' ' $path $word) ${completions.map(({ path }) => `'${path}'`).join(' ')}
      set -a path $word
    end
  end
  test "$path" = "$argv[1]"
end
${lines.join('\n')}`;
}

function fishLine(path: string, word: string, summary: string): string {
  const text = summary.replaceAll('\\', '\\\\').replaceAll("'", String.raw`\'`);
  const what = word.startsWith('--') ? `-l ${word.slice(2)}` : `-f -a ${word}`;
  return `complete -c linstock -n "__linstock_at '${path}'" ${what} -d '${text}'`;
}

const SCRIPTS: Readonly<Record<Shell, (completions: readonly Completion[]) => string>> = {
  bash: bashScript,
  zsh: zshScript,
  fish: fishScript,
};
