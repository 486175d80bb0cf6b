/** `inn completion`: scripts for shells, made from the commands themselves, so that they cannot fall behind. */
import type { Command } from 'commander';

export const SHELLS = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof SHELLS)[number];

interface Entry {
  /** Words that lead to it: `debug gdb`. */
  readonly path: string;
  readonly description: string;
  readonly subcommands: readonly { readonly name: string; readonly description: string }[];
  readonly options: readonly OptionEntry[];
  /** Its arguments are names of machines. */
  readonly takesMachines: boolean;
  /** All that its arguments may be, where there are only so many. */
  readonly choices: readonly string[];
}

interface OptionEntry {
  /** Long form first: `--kernel`, `-k`. */
  readonly flags: readonly string[];
  readonly description: string;
  readonly takesValue: boolean;
  /** All that the value may be; without any, it may be a file. */
  readonly choices: readonly string[];
}

/** What asks for the names. It may start a host, which ends soon after; the command that is typed needs one anyway. */
const NAMES = 'inn ls --quiet 2>/dev/null';

function entriesOf(command: Command, path: readonly string[] = []): Entry[] {
  const entry: Entry = {
    path: path.join(' '),
    description: command.description(),
    subcommands: command.commands.map((each) => ({
      name: each.name(),
      description: firstSentence(each.description()),
    })),
    options: command.options
      .filter(({ long, hidden }) => typeof long === 'string' && !hidden)
      .map(({ long, short, description, required, optional, argChoices }) => ({
        flags: [long, short].filter((flag) => typeof flag === 'string'),
        description: firstSentence(description),
        takesValue: required || optional,
        choices: argChoices ?? [],
      })),
    takesMachines: command.registeredArguments.some((argument) => /^names?$/.test(argument.name())),
    choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
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

/** Commands with commands of their own. */
function parentsOf(entries: readonly Entry[]): string {
  return entries
    .filter(({ path, subcommands }) => path !== '' && subcommands.length > 0)
    .map(({ path }) => path)
    .join(' ');
}

/** Arms of a shell's `case` for an option before the cursor: `show` writes what its values are. */
function valueCases(entries: readonly Entry[], show: (choices: readonly string[]) => string): string {
  const arms = entries.flatMap(({ path, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(({ flags, choices }) => `    ${flags.map((flag) => `'${path} ${flag}'`).join('|')}) ${show(choices)} ;;`),
  );
  return arms.join('\n');
}

function bash(entries: readonly Entry[]): string {
  const cases = entries.map(({ path, subcommands, options, takesMachines, choices }) => {
    const flags = options.map(({ flags: [flag = ''] }) => flag);
    const words = [...subcommands.map(({ name }) => name), ...choices, ...flags, '--help'].join(' ');
    return `    '${path}') words='${words}'; machines=${takesMachines ? 1 : 0} ;;`;
  });
  const values = valueCases(entries, (choices) => `words='${choices.join(' ')}'; machines=0`);
  return `# inn: completion for bash. To use it: inn completion bash > ~/.local/share/bash-completion/completions/inn
_inn() {
  local current=\${COMP_WORDS[COMP_CWORD]} command= words= machines=0 name quoted
  if ((COMP_CWORD > 1)); then
    command=\${COMP_WORDS[1]}
    case " ${parentsOf(entries)} " in
    *" $command "*) ((COMP_CWORD > 2)) && command="$command \${COMP_WORDS[2]}" ;;
    esac
  fi
  case $command in
${cases.join('\n')}
  esac
  case "$command \${COMP_WORDS[COMP_CWORD-1]}" in
${values}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  if ((machines)) && [[ $current != -* ]]; then
    while IFS= read -r name; do
      quoted=$(printf '%q' "$name")
      [[ $name == "$current"* || $quoted == "$current"* ]] && COMPREPLY+=("$quoted")
    done < <(${NAMES})
  fi
}
complete -o default -F _inn inn
`;
}

function zsh(entries: readonly Entry[]): string {
  const quote = (text: string) => text.replaceAll("'", "'\\''").replaceAll(':', '\\:');
  const cases = entries.map(({ path, subcommands, options, takesMachines, choices }) => {
    const rows = [
      ...subcommands.map(({ name, description }) => `'${name}:${quote(description)}'`),
      ...choices.map((choice) => `'${choice}'`),
      ...options.map(({ flags: [flag = ''], description }) => `'${flag}:${quote(description)}'`),
    ];
    return `    '${path}') rows=(${rows.join(' ')}); machines=${takesMachines ? 1 : 0} ;;`;
  });
  const values = valueCases(entries, (choices) =>
    choices.length === 0 ? '_files; return' : `rows=(${choices.map((each) => `'${each}'`).join(' ')}); machines=0`,
  );
  return `#compdef inn
# inn: completion for zsh. To use it: inn completion zsh > a folder of your $fpath, as _inn
_inn() {
  local command='' machines=0
  local -a rows names
  if ((CURRENT > 2)); then
    command=$words[2]
    case " ${parentsOf(entries)} " in
    *" $command "*) ((CURRENT > 3)) && command="$command $words[3]" ;;
    esac
  fi
  case $command in
${cases.join('\n')}
    *) _files; return ;;
  esac
  case "$command $words[CURRENT-1]" in
${values}
  esac
  if ((machines)); then
    names=("\${(@f)$(${NAMES})}")
    compadd -a names
  fi
  _describe 'inn' rows
}
_inn "$@"
`;
}

function fish(entries: readonly Entry[]): string {
  const quote = (text: string) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
  const lines = entries.flatMap(({ path, subcommands, options, takesMachines, choices }) => {
    const condition =
      path === ''
        ? '__fish_use_subcommand'
        : path
            .split(' ')
            .map((word) => `__fish_seen_subcommand_from ${word}`)
            .join('; and ');
    const rule = `complete -c inn -n '${condition}'`;
    return [
      ...subcommands.map(({ name, description }) => `${rule} -f -a ${name} -d ${quote(description)}`),
      ...options.map(({ flags: [long = '', short], description, takesValue, choices: values }) => {
        const names = `-l ${long.replace(/^--/, '')}${short === undefined ? '' : ` -s ${short.replace(/^-/, '')}`}`;
        const value = values.length > 0 ? `-x -a ${quote(values.join(' '))} ` : takesValue ? '-r ' : '';
        return `${rule} ${names} ${value}-d ${quote(description)}`;
      }),
      ...(choices.length > 0 ? [`${rule} -f -a ${quote(choices.join(' '))}`] : []),
      ...(takesMachines ? [`${rule} -f -a '(${NAMES})'`] : []),
    ];
  });
  return `# inn: completion for fish. To use it: inn completion fish > ~/.config/fish/completions/inn.fish\n${lines.join('\n')}\n`;
}
