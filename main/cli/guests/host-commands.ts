/** `inn host`: the service behind it all. */
import type { Command } from 'commander';
import { formatBytes } from '../../../shared/base/units.ts';
import type { Act, Door } from './door.ts';
import { timeWords } from './words.ts';

interface Json {
  readonly json?: boolean;
}

export interface HostActs {
  /** Connects only where a host runs already. */
  readonly ask: Act;
  /** Ends the host, whatever its version, and starts one of this version in the background. */
  restart(machines: 'shut-down' | 'power-off', words: Json): Promise<void>;
}

const KINDS = { app: 'the desktop app', serve: '`inn serve`', background: 'in the background' } as const;

export function hostCommands(program: Command, { ask, restart }: HostActs): void {
  const host = program.command('host').description('The service that owns machines: it starts and ends by itself');
  host
    .command('status')
    .description('Show which host runs, if any')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  inn host status\n  inn host status --json | jq .dataFolder')
    .action((words: Json) => ask(status, words));
  host
    .command('stop')
    .description('End the host; guests that run are asked to shut down first')
    .option('-f, --force', 'power guests off instead')
    .option('--json', 'as JSON: what `inn host status` said before')
    .addHelpText('after', '\nExamples:\n  inn host stop\n  inn host stop --force')
    .action((words: Json & { force?: boolean }) => ask((door) => stop(door, words.force === true), words));
  host
    .command('restart')
    .description('End the host, of whatever version, and start one of this version')
    .option('-f, --force', 'power guests off instead of asking them to shut down')
    .option('--json', 'as JSON: what `inn host status` says then')
    .addHelpText('after', '\nExamples:\n  inn host restart')
    .action((words: Json & { force?: boolean }) => restart(words.force ? 'power-off' : 'shut-down', words));
}

async function stop({ client, output }: Door, force: boolean): Promise<void> {
  const info = await client.call('host.info', {});
  await client.call('host.stop', { machines: force ? 'power-off' : 'shut-down' });
  await client.closed;
  if (output.json) output.line(JSON.stringify(info));
  else output.say('The host has ended.\n');
}

async function status({ client, output }: Door): Promise<void> {
  const info = await client.call('host.info', {});
  if (output.json) {
    output.line(JSON.stringify(info));
    return;
  }
  output.line(
    `Innkeeper ${info.version}, ${KINDS[info.kind]}, process ${info.pid}, since ${timeWords(info.startedAt)}`,
  );
  output.line(`Data folder  ${info.dataFolder}`);
  output.line(`Computer     ${info.cpus} CPUs, ${formatBytes(info.memory)} of memory`);
  output.line(
    `Guests       ${info.readyKernels.length === 0 ? 'not built yet' : `${info.readyKernels.join(', ')}: ready`}`,
  );
}
