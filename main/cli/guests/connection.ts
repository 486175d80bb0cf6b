/** Connects a command to the host that owns the data folder, starting one in the background where there is none. */
import { bundledGuestFolder } from '../../platform/resources.ts';
import { productVersion } from '../../platform/version.ts';
import { attach, stopHost } from '../../service/attach.ts';
import type { Output, Work } from './door.ts';

export interface WithHostOptions {
  readonly json: boolean;
  /** Only asks: where no host runs, none is started, and the error is `no-host`. */
  readonly question?: boolean;
}

export async function withHost(work: Work, options: WithHostOptions): Promise<number> {
  const { client } = await attach({
    version: productVersion(),
    autostart: !options.question,
    guestFolder: bundledGuestFolder(),
  });
  const interrupt = new AbortController();
  const onInterrupt = () => {
    // The second one ends the process, as everywhere
    process.once('SIGINT', () => process.exit(130));
    interrupt.abort();
  };
  process.once('SIGINT', onInterrupt);
  try {
    return (await work({ client, output: standardOutput(options.json), signal: interrupt.signal })) ?? 0;
  } finally {
    process.off('SIGINT', onInterrupt);
    client.close();
  }
}

/** Ends the host, of whatever version, and starts one of this version. */
export async function restartHost(
  machines: 'shut-down' | 'power-off',
  { json }: { readonly json: boolean },
): Promise<number> {
  await stopHost({ machines });
  return withHost(
    async ({ client, output }) => {
      const info = await client.call('host.info', {});
      if (output.json) output.line(JSON.stringify(info));
      else output.say(`The host of Innkeeper ${info.version} runs.\n`);
    },
    { json },
  );
}

function standardOutput(json: boolean): Output {
  // Whoever reads only the beginning, as `head` does, is no error
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  return {
    json,
    isTerminal: process.stdout.isTTY === true,
    columns: process.stdout.columns ?? 80,
    line: (text) => process.stdout.write(`${text}\n`),
    raw: (text) => process.stdout.write(text),
    say: (text) => process.stderr.write(text),
  };
}
