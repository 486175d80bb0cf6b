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
  restart(machines: 'shut-down' | 'power-off'): Promise<void>;
}

const KINDS = { app: 'the desktop app', serve: '`inn serve`', background: 'in the background' } as const;

export function hostCommands(program: Command, { ask, restart }: HostActs): void {
  const host = program.command('host').description('The service that owns machines: it starts and ends by itself');
  host
    .command('status')
    .description('Show which host runs, if any')
    .option('--json', 'as JSON')
    .action((words: Json) => ask(status, words));
  host
    .command('stop')
    .description('End the host; guests that run are asked to shut down first')
    .option('-f, --force', 'power guests off instead')
    .action((words: { force?: boolean }) =>
      ask(async ({ client, output }) => {
        await client.call('host.stop', { machines: words.force ? 'power-off' : 'shut-down' });
        await client.closed;
        output.say('The host has ended.\n');
      }, {}),
    );
  host
    .command('restart')
    .description('End the host, of whatever version, and start one of this version')
    .option('-f, --force', 'power guests off instead of asking them to shut down')
    .action((words: { force?: boolean }) => restart(words.force ? 'power-off' : 'shut-down'));
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
