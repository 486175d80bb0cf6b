/** `inn start`, `stop`, `pause`, `resume`, `reset`, `clone`, `rm`, `restore`, `trash`: what becomes of machines. */
import type { Command } from 'commander';
import { InnError } from '../../../shared/base/errors.ts';
import { formatBytes } from '../../../shared/base/units.ts';
import type { Machine, TrashedMachine } from '../../../shared/contract/machine.ts';
import type { Act, Door } from './door.ts';
import { findMachine, forEach } from './each.ts';
import { findNamed, IN_TRASH } from './find.ts';
import { follow } from './follow.ts';
import { tableOf } from './table.ts';
import { agoWords } from './words.ts';

interface Json {
  readonly json?: boolean;
}

export function lifeCommands(program: Command, act: Act): void {
  const several = (name: string, description: string) =>
    program.command(name).argument('<names...>', 'machines').description(description).option('--json', 'as JSON');

  several('start', 'Start machines, and wait until they run')
    .addHelpText('after', '\nExamples:\n  inn start web db\n  inn start web && inn console web')
    .action((names: string[], words: Json) =>
      act((door) => forEach(door, names, (machine) => start(door, machine)), words),
    );
  several('stop', 'Have guests shut down, and wait until they have')
    .option('-f, --force', 'power off at once; the guest is not asked, and what it has not saved is lost')
    .option('-t, --timeout <seconds>', 'how long to wait for the guest', '60')
    .addHelpText('after', '\nExamples:\n  inn stop web db\n  inn stop web --timeout 10 || inn stop web --force')
    .action((names: string[], words: Json & { force?: boolean; timeout: string }) =>
      act((door) => forEach(door, names, (machine) => stop(door, machine, words)), words),
    );
  for (const [verb, description] of [
    ['pause', 'Have machines stand still'],
    ['resume', 'Have paused machines go on'],
    ['reset', 'Power machines off and on again at once; what guests have not saved is lost'],
    ['discard', 'Forget how the last run of aborted machines failed'],
  ] as const) {
    several(verb, description)
      .addHelpText('after', `\nExamples:\n  inn ${verb} web\n  inn ${verb} web db`)
      .action((names: string[], words: Json) =>
        act((door) => forEach(door, names, ({ id }) => door.client.call(`machine.${verb}`, { id })), words),
      );
  }
  several('rm', 'Move machines to the trash; `inn restore` brings them back')
    .addHelpText('after', '\nExamples:\n  inn rm web\n  inn rm web && inn restore web')
    .action((names: string[], words: Json) =>
      act((door) => forEach(door, names, ({ id }) => door.client.call('machine.remove', { id })), words),
    );
  program
    .command('clone')
    .argument('<name>', 'a machine')
    .argument('[new name]', 'a name that is free (default: one is picked)')
    .description('Copy a machine, with all its files')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  inn clone web\n  inn clone web "web for tests"')
    .action((name: string, newName: string | undefined, words: Json) =>
      act((door) => clone(door, name, newName), words),
    );
  program
    .command('restore')
    .argument('<names...>', 'machines in the trash')
    .description('Bring machines back from the trash')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  inn restore web')
    .action((names: string[], words: Json) => act((door) => restore(door, names), words));
  program
    .command('trash')
    .description('List the machines in the trash')
    .option('--empty', 'delete them for ever')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  inn trash\n  inn trash --empty')
    .action((words: Json & { empty?: boolean }) => act((door) => trash(door, words), words));
}

async function start(door: Door, { id }: Machine): Promise<Machine> {
  await follow(door, await door.client.call('machine.start', { id }));
  return door.client.call('machine.get', { id });
}

async function stop(door: Door, { id }: Machine, words: { force?: boolean; timeout: string }): Promise<Machine> {
  if (words.force) return door.client.call('machine.powerOff', { id });
  const seconds = Number(words.timeout);
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > 600) {
    throw new InnError(`--timeout takes 1 to 600 seconds, not "${words.timeout}"`, {
      code: 'usage',
      nextStep: 'Write for example --timeout 120.',
    });
  }
  await follow(door, await door.client.call('machine.shutDown', { id, seconds }));
  return door.client.call('machine.get', { id });
}

async function clone(door: Door, name: string, newName: string | undefined): Promise<void> {
  const { client, output } = door;
  const { id } = await findMachine(door, name);
  const { result } = await follow(
    door,
    await client.call('machine.clone', newName === undefined ? { id } : { id, name: newName }),
  );
  if (result === null) throw new Error('a clone that is done names no machine');
  const made = await client.call('machine.get', { id: result });
  output.line(output.json ? JSON.stringify(made) : made.settings.name);
}

async function restore({ client, output }: Door, names: readonly string[]): Promise<void> {
  const trashed = await client.call('trash.list', {});
  const restored: Machine[] = [];
  for (const name of names) {
    const { id } = findNamed(trashed, name, (each) => each, IN_TRASH);
    const machine = await client.call('machine.restore', { id });
    restored.push(machine);
    if (!output.json) output.line(machine.settings.name);
  }
  if (output.json) output.line(JSON.stringify(restored));
}

async function trash(door: Door, { empty }: { empty?: boolean }): Promise<void> {
  const { client, output } = door;
  if (empty) await follow(door, await client.call('trash.purge', {}));
  const trashed = await client.call('trash.list', {});
  if (output.json) {
    output.line(JSON.stringify(trashed));
    return;
  }
  const lines = tableOf<TrashedMachine>(
    trashed,
    [
      { title: 'NAME', of: ({ name }) => name, shrinkTo: 12 },
      { title: 'DELETED', of: ({ deletedAt }) => `${agoWords(deletedAt, Date.now())} ago`, right: true },
      { title: 'SIZE', of: ({ bytes }) => formatBytes(bytes), right: true },
      { title: 'ID', of: ({ id }) => id },
    ],
    output.isTerminal ? output.columns : undefined,
  );
  if (trashed.length === 0) output.say('The trash is empty.\n');
  else for (const line of lines) output.line(line);
}
