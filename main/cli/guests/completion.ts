/** `inn completion`: scripts for shells, made from the commands themselves, so that they cannot fall behind. */
import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Entry {
  /** Words that lead to it: `debug gdb`. */
  readonly path: string;
  readonly description: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly { readonly flag: string; readonly description: string; readonly takesValue: boolean }[];
  /** Its arguments are names of machines. */
  readonly takesMachines: boolean;
}

/** What asks for the names; it starts no host, and says nothing where there is none. */
const NAMES = 'inn ls --quiet --no-start 2>/dev/null';

function entriesOf(command: Command, path: readonly string[] = []): Entry[] {
  const entry: Entry = {
    path: path.join(' '),
    description: command.description(),
    subcommands: command.commands.map((each) => ({
      name: each.name(),
      description: firstSentence(each.description()),
    })),
    options: command.options
      .filter(({ long, hidden }) => long !== undefined && long !== null && !hidden)
      .map(({ long, description, required, optional }) => ({
        flag: long ?? '',
        description: firstSentence(description),
        takesValue: required || optional,
      })),
    takesMachines: command.registeredArguments.some((argument) => /^names?$/.test(argument.name())),
  };
  return [entry, ...command.commands.flatMap((each) => entriesOf(each, [...path, each.name()]))];
}

function firstSentence(text: string): string {
  return (/^[^;.:(]*/.exec(text)?.[0] ?? text).trim();
}

export function completionFor(shell: Shell, program: Command): string {
  const entries = entriesOf(program);
  switch (shell) {
    case 'bash':
      return bash(entries);
    case 'zsh':
      return zsh(entries);
    case 'fish':
      return fish(entries);
  }
}

function bash(entries: readonly Entry[]): string {
  const cases = entries.map(({ path, subcommands, options, takesMachines }) => {
    const words = [...subcommands.map(({ name }) => name), ...options.map(({ flag }) => flag), '--help'].join(' ');
    return `    '${path}') words='${words}'; machines=${takesMachines ? 1 : 0} ;;`;
  });
  const parents = entries
    .filter(({ path, subcommands }) => path !== '' && subcommands.length > 0)
    .map(({ path }) => path);
  return `# inn: completion for bash. To use it: inn completion bash > ~/.local/share/bash-completion/completions/inn
_inn() {
  local current=\${COMP_WORDS[COMP_CWORD]} command= words= machines=0 name
  if ((COMP_CWORD > 1)); then
    command=\${COMP_WORDS[1]}
    case " ${parents.join(' ')} " in
    *" $command "*) ((COMP_CWORD > 2)) && command="$command \${COMP_WORDS[2]}" ;;
    esac
  fi
  case $command in
${cases.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if ((machines)) && [[ $current != -* ]]; then
    while IFS= read -r name; do
      [[ $name == "$current"* ]] && COMPREPLY+=("$(printf '%q' "$name")")
    done < <(${NAMES})
  fi
}
complete -o default -F _inn inn
`;
}

function zsh(entries: readonly Entry[]): string {
  const quote = (text: string) => text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
  const cases = entries.map(({ path, subcommands, options, takesMachines }) => {
    const rows = [
      ...subcommands.map(({ name, description }) => `'${name}:${quote(description)}'`),
      ...options.map(({ flag, description }) => `'${flag}:${quote(description)}'`),
    ];
    return `    '${path}') rows=(${rows.join(' ')}); machines=${takesMachines ? 1 : 0} ;;`;
  });
  const parents = entries
    .filter(({ path, subcommands }) => path !== '' && subcommands.length > 0)
    .map(({ path }) => path);
  return `#compdef inn
# inn: completion for zsh. To use it: inn completion zsh > a folder of your $fpath, as _inn
_inn() {
  local command='' machines=0
  local -a rows names
  if ((CURRENT > 2)); then
    command=$words[2]
    case " ${parents.join(' ')} " in
    *" $command "*) ((CURRENT > 3)) && command="$command $words[3]" ;;
    esac
  fi
  case $command in
${cases.join('\n')}
  esac
  _describe 'inn' rows
  if ((machines)); then
    names=("\${(@f)$(${NAMES})}")
    compadd -a names
  fi
  _files
}
_inn "$@"
`;
}

function fish(entries: readonly Entry[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = entries.flatMap(({ path, subcommands, options, takesMachines }) => {
    const condition =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    return [
      ...subcommands.map(
        ({ name, description }) => `complete -c inn -n '${condition}' -f -a ${name} -d ${quote(description)}`,
      ),
      ...options.map(
        ({ flag, description, takesValue }) =>
          `complete -c inn -n '${condition}' -l ${flag.replace(/^--/, '')} ${takesValue ? '-r ' : ''}-d ${quote(description)}`,
      ),
      ...(takesMachines ? [`complete -c inn -n '${condition}' -f -a '(${NAMES})'`] : []),
    ];
  });
  return `# inn: completion for fish. To use it: inn completion fish > ~/.config/fish/completions/inn.fish\n${lines.join('\n')}\n`;
}
