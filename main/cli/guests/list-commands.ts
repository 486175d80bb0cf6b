/** `inn ls`, `inn show`, `inn create`, `inn set`: machines and their settings. */
import type { Command } from 'commander';
import { InnError } from '../../../shared/base/errors.ts';
import { formatBytes } from '../../../shared/base/units.ts';
import { type Machine, machineChanged } from '../../../shared/contract/machine.ts';
import type { Act, Door } from './door.ts';
import { findMachine } from './each.ts';
import { follow } from './follow.ts';
import { readSettings, type SettingsWords, settingsOptions } from './settings-options.ts';
import { type Column, printable, tableOf } from './table.ts';
import { agoWords, pendingWords, STATE_WORDS, settingWords, timeWords } from './words.ts';

interface Json {
  readonly json?: boolean;
}

export function listCommands(program: Command, { act, ask }: { readonly act: Act; readonly ask: Act }): void {
  program
    .command('ls')
    .description('List machines, in the order and the groups of the window')
    .option('-q, --quiet', 'names only')
    .option('--running', 'only those that run or are paused')
    .option('--no-start', 'where no host runs, do not start one to ask it')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  inn ls\n  inn stop $(inn ls --running --json | jq -r ".[].id")')
    .action((words: Json & { quiet?: boolean; running?: boolean; start: boolean }) =>
      (words.start ? act : ask)((door) => list(door, words), words),
    );
  program
    .command('show')
    .argument('<name>', 'a machine')
    .description('Show all there is to know of a machine')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  inn show web\n  inn show web --json | jq .settings.memory')
    .action((name: string, words: Json) => act((door) => show(door, name), words));
  settingsOptions(program.command('create').argument('[name]', 'a name that is free (default: one is picked)'))
    .description('Create a machine; what is not named gets the default of the preferences')
    .option('-s, --start', 'start it at once')
    .option('--json', 'as JSON')
    .addHelpText(
      'after',
      '\nExamples:\n  inn create web --memory 512M --start\n  inn create test --kernel ./Image --initrd ./initrd.img',
    )
    .action((name: string | undefined, words: Json & SettingsWords & { start?: boolean }) =>
      act((door) => create(door, { ...words, ...(name === undefined ? {} : { name }) }), words),
    );
  settingsOptions(program.command('set').argument('<name>', 'a machine'))
    .description('Change settings; a machine that runs gets most of them when it starts next')
    .option('-n, --name <name>', 'a new name')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  inn set web --cores 2 --memory 1G\n  inn set web --name www --group Servers')
    .action((name: string, words: Json & SettingsWords) => act((door) => change(door, name, words), words));
}

const COLUMNS: readonly Column<Machine>[] = [
  { title: 'NAME', of: ({ settings }) => settings.name, shrinkTo: 12 },
  { title: 'STATE', of: ({ state }) => STATE_WORDS[state] },
  { title: 'FOR', of: ({ since }) => agoWords(since, Date.now()), right: true },
  { title: 'CORES', of: ({ settings }) => String(settings.cores), right: true },
  { title: 'MEMORY', of: ({ settings }) => formatBytes(settings.memory), right: true },
  { title: 'GROUP', of: ({ settings }) => settings.group, shrinkTo: 6 },
  { title: 'ID', of: ({ id }) => id },
];

async function list({ client, output }: Door, words: { quiet?: boolean; running?: boolean }): Promise<void> {
  const all = await client.call('machine.list', {});
  const machines = words.running ? all.filter(({ active }) => active !== null) : all;
  if (output.json) output.line(JSON.stringify(machines));
  else if (words.quiet) for (const { settings } of machines) output.line(printable(settings.name));
  else {
    for (const line of tableOf(machines, COLUMNS, output.isTerminal ? output.columns : undefined)) output.line(line);
    if (all.length === 0) output.say('There is no machine yet: `inn create --start` makes one.\n');
    const notices = await client.call('host.notices', {});
    for (const { message, nextStep } of notices) output.say(`${message}\n  ${nextStep}\n`);
  }
}

async function show(door: Door, name: string): Promise<void> {
  const machine = await findMachine(door, name);
  if (door.output.json) door.output.line(JSON.stringify(machine));
  else describe(door, machine);
}

function describe({ output }: Door, machine: Machine): void {
  const { state, since, createdAt, folder, id, consoles, failure, bootMs } = machine;
  const rows: [string, string][] = [
    ...Object.entries(settingWords(machine.settings)),
    ['State', `${STATE_WORDS[state]} since ${timeWords(since)}`],
    ['First output', bootMs === null ? '' : `${(bootMs / 1000).toFixed(1)} s after the start`],
    ['Terminals', consoles.map((each) => each.id).join(', ')],
    ['Created', timeWords(createdAt)],
    ['Folder', folder],
    ['Id', id],
  ];
  const shown = rows.filter(([, value]) => value !== '');
  const width = Math.max(...shown.map(([title]) => title.length));
  for (const [title, value] of shown) output.line(`${title.padEnd(width)}  ${printable(value)}`);
  for (const { name, now, next } of pendingWords(machine)) {
    output.line(`${name}: ${now} now, ${next} after a restart`);
  }
  if (failure) output.line(`\nIt was aborted at ${timeWords(failure.at)}: ${failure.message}\n${failure.report}`);
}

async function create(door: Door, words: SettingsWords & { start?: boolean }): Promise<void> {
  const { client, output } = door;
  const machine = await client.call('machine.create', readSettings(words));
  if (words.start) await follow(door, await client.call('machine.start', { id: machine.id }));
  const made = await client.call('machine.get', { id: machine.id });
  output.line(output.json ? JSON.stringify(made) : made.settings.name);
}

async function change(door: Door, name: string, words: SettingsWords): Promise<void> {
  const { client, output } = door;
  const changes = readSettings(words);
  if (Object.keys(changes).length === 0) {
    throw new InnError('Nothing to set', {
      code: 'usage',
      nextStep: 'Name a setting, such as --cores 2; `inn set --help` lists them.',
    });
  }
  const machine = await findMachine(door, name);
  try {
    const changed = await client.call('machine.edit', { id: machine.id, revision: machine.revision, changes });
    if (output.json) output.line(JSON.stringify(changed));
    else {
      output.line(changed.settings.name);
      for (const { name: setting, now, next } of pendingWords(changed)) {
        output.say(`${setting}: ${now} until it is restarted, then ${next}\n`);
      }
    }
  } catch (error) {
    if (!machineChanged(error)) throw error;
    throw new InnError(`Somebody else changed ${machine.settings.name} just now`, {
      code: 'machine-changed',
      nextStep: 'Look at it with `inn show`, and run the command again if it is still what you want.',
    });
  }
}
